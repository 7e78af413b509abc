using Microsoft.Extensions.Options;

namespace PodMetadata.Api.Hosting;

/// <summary>Refuses a section with settings that its options do not have.</summary>
internal sealed class UnknownSettingsValidator<T>(IConfigurationSection section) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        string[] complaints = [.. UnknownSettings.Complaints<T>(section)];
        return complaints.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(complaints);
    }
}
