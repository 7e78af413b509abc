using Microsoft.Extensions.Options;
using PodMetadata.Api.Limits;
using PodMetadata.Infrastructure;

namespace PodMetadata.Api;

/// <summary>Settings that nothing reads. A slip of the pen in a limit, or in who may come in, must not go unnoticed.</summary>
internal static class UnknownSettings
{
    /// <summary>Stops the start for them in the sections that only the service itself reads; <c>Authentication</c> looks after its own.</summary>
    public static IServiceCollection RefuseUnknownSettings(this IServiceCollection services) => services
        .Refuse<LimitOptions>(LimitOptions.Section)
        .Refuse<DatabaseOptions>(DatabaseOptions.Section)
        .Refuse<ResolutionOptions>(ResolutionOptions.Section)
        .Refuse<RetentionOptions>(RetentionOptions.Section);

    /// <summary>A sentence for every key under a section that is no property of <typeparamref name="T"/>, and for a value in a section's place.</summary>
    public static IEnumerable<string> Complaints<T>(IConfigurationSection section)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            yield return $"{section.Path} must hold settings, not a value.";
        }

        foreach (IConfigurationSection child in section.GetChildren()
            .Where(child => !typeof(T).GetProperties().Any(property => property.CanWrite && property.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase))))
        {
            yield return $"{child.Path} is not a setting.";
        }
    }

    private static IServiceCollection Refuse<T>(this IServiceCollection services, string section)
        where T : class =>
        services.AddSingleton<IValidateOptions<T>>(provider => new UnknownSettingsValidator<T>(provider.GetRequiredService<IConfiguration>().GetSection(section)));
}
