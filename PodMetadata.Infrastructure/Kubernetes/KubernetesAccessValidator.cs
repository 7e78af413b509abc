using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Refuses a kubeconfig, or a service account, that cannot be read. The API server need not be in reach.</summary>
internal sealed class KubernetesAccessValidator : IValidateOptions<KubernetesOptions>
{
    public ValidateOptionsResult Validate(string? name, KubernetesOptions options)
    {
        try
        {
            using KubernetesApi api = new(options);
            return ValidateOptionsResult.Success;
        }
        catch (InvalidOperationException exception)
        {
            return ValidateOptionsResult.Fail(exception.Message);
        }
    }
}
