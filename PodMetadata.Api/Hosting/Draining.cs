using System.Globalization;
using Microsoft.AspNetCore.Connections.Features;

namespace PodMetadata.Api.Hosting;

/// <summary>Serves on for a while when the service is asked to stop, so that load balancers can first notice that it is not ready: the setting
/// <c>ShutdownDelaySeconds</c>, none by default.</summary>
internal static class Draining
{
    private const string Key = "ShutdownDelaySeconds";
    private const int Longest = 300;

    /// <summary>Adds the delay. The time for requests in flight begins after it.</summary>
    /// <exception cref="FormatException">The setting is not a number of seconds.</exception>
    public static IServiceCollection AddDraining(this IServiceCollection services, IConfiguration configuration)
    {
        TimeSpan delay = Read(configuration.GetSection(Key));
        services.AddHostedService(provider => new ShutdownDelay(
            delay, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ShutdownDelay>>()));
        return services.PostConfigure<HostOptions>(host => host.ShutdownTimeout += delay); // of which the delay is a part
    }

    /// <summary>Answers each connection's last request during the delay, so that its client connects to another instance.</summary>
    public static WebApplication UseDraining(this WebApplication app)
    {
        CancellationToken stopping = app.Lifetime.ApplicationStopping;
        app.Use((context, next) =>
        {
            if (stopping.IsCancellationRequested)
            {
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }

            return next(context);
        });
        return app;
    }

    private static TimeSpan Read(IConfigurationSection setting) =>
        !setting.GetChildren().Any() && string.IsNullOrEmpty(setting.Value) ? TimeSpan.Zero
        : int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds <= Longest ? TimeSpan.FromSeconds(seconds)
        : throw new FormatException($"{Key} must be a number of seconds from 0 to {Longest}.");
}
