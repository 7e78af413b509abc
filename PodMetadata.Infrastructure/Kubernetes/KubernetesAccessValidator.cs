using Microsoft.Extensions.Options;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Refuses a kubeconfig, or a service account, that cannot be read. Neither the API server nor what a credential plugin needs has to be in reach.</summary>
internal sealed class KubernetesAccessValidator : IValidateOptions<KubernetesOptions>
{
    public ValidateOptionsResult Validate(string? name, KubernetesOptions options)
    {
        try
        {
            KubernetesApi.Check(options);
            return ValidateOptionsResult.Success;
        }
        catch (KubernetesAccessException exception)
        {
            return ValidateOptionsResult.Fail(exception.Message);
        }
    }
}
