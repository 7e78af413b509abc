using Microsoft.Extensions.Options;
using PodMetadata.Api.Limits;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Kubernetes;
using PodMetadata.Infrastructure.Retention;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Api.Hosting;

/// <summary>Settings that nothing reads. A misspelt limit must not go unnoticed.</summary>
internal static class UnknownSettings
{
    /// <summary>Refuses to start with an unknown setting in a section that only the service itself reads. <c>Authentication</c> has its own check.</summary>
    public static IServiceCollection RefuseUnknownSettings(this IServiceCollection services) => services
        .Refuse<LimitOptions>(LimitOptions.Section)
        .Refuse<DatabaseOptions>(DatabaseOptions.Section)
        .Refuse<KubernetesOptions>(KubernetesOptions.Section)
        .Refuse<ProxyOptions>(ProxyOptions.Section)
        .Refuse<ResolutionOptions>(ResolutionOptions.Section)
        .Refuse<RetentionOptions>(RetentionOptions.Section);

    /// <summary>A sentence for each key of a section that is not a property of <typeparamref name="T"/>, and for a value in place of a section.</summary>
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
