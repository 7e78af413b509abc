using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;

namespace PodMetadata.Infrastructure.Kubernetes;

/// <summary>Registers the watch of a cluster.</summary>
internal static class KubernetesServices
{
    /// <summary>Adds the options, and the watch if they turn it on. Otherwise nothing of it is loaded.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be read.</exception>
    public static void AddKubernetesWatch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<KubernetesOptions>().BindConfiguration(KubernetesOptions.Section)
            .Validate(
                options => options.Watch || (options.Kubeconfig is null && options.Context is null),
                "Kubernetes:Kubeconfig and Kubernetes:Context need Kubernetes:Watch=true.")
            .Validate(options => !options.Watch || options.Context is null || options.Kubeconfig is not null, "Kubernetes:Context needs Kubernetes:Kubeconfig.")
            .ValidateOnStart();
        if (configuration.GetSection(KubernetesOptions.Section).Get<KubernetesOptions>() is not { Watch: true })
        {
            return;
        }

        services.AddSingleton<IValidateOptions<KubernetesOptions>, KubernetesAccessValidator>();
        services.AddSingleton<WatchMetrics>();
        services.AddSingleton(provider => new PodFeed(
            provider.GetRequiredService<IOptions<KubernetesOptions>>().Value,
            provider.GetRequiredService<UpsertReport>(),
            provider.GetRequiredService<WatchMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddHostedService<PodWatchService>();
    }
}
