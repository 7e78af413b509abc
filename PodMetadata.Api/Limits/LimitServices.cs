using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using PodMetadata.Api.Errors;

namespace PodMetadata.Api.Limits;

/// <summary>Limits each kind of request separately, so that none can starve another, or the probes.</summary>
internal static class LimitServices
{
    /// <summary>The policy for listings of all pods.</summary>
    public const string Listing = nameof(Listing);

    /// <summary>The policy for listings of a node's pods.</summary>
    public const string NodeListing = nameof(NodeListing);

    /// <summary>The policy for lookups of one pod.</summary>
    public const string Lookup = nameof(Lookup);

    /// <summary>The policy for lookups of many IPs.</summary>
    public const string Resolve = nameof(Resolve);

    /// <summary>The policy for writes.</summary>
    public const string Write = nameof(Write);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Adds the limits of the section <c>Limits</c>.</summary>
    public static IServiceCollection AddPodLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section)
            .Validate(limits => limits.IsValid, "Every setting of Limits must be above zero, and its times less than a day.")
            .ValidateOnStart();

        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure((RateLimiterOptions limiter, IOptions<LimitOptions> limits) =>
        {
            limiter.AddConcurrency(Listing, limits.Value.Listings);
            limiter.AddConcurrency(NodeListing, limits.Value.NodeListings);
            limiter.AddConcurrency(Lookup, limits.Value.Lookups);
            limiter.AddConcurrency(Resolve, limits.Value.Resolves);
            limiter.AddConcurrency(Write, limits.Value.Writes);
            limiter.OnRejected = (context, _) => WriteBusyAsync(context.HttpContext);
        });

        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure((RequestTimeoutOptions timeouts, IOptions<LimitOptions> limits) =>
        {
            timeouts.DefaultPolicy = new RequestTimeoutPolicy
            {
                Timeout = limits.Value.RequestTime,
                TimeoutStatusCode = StatusCodes.Status408RequestTimeout,
            };
            timeouts.AddPolicy(Listing, limits.Value.ListingTime);
        });

        services.AddOptions<KestrelServerOptions>().Configure((KestrelServerOptions kestrel, IOptions<LimitOptions> limits) =>
            kestrel.Limits.MinResponseDataRate = kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.Value.Rate, Grace));
        return services;
    }

    /// <summary>Applies the limits.</summary>
    public static void UsePodLimits(this WebApplication app)
    {
        app.UseRequestTimeouts();
        app.UseRateLimiter();
    }

    // No queue, because its waits would have no limit. An admitted request waits briefly for a connection.
    private static void AddConcurrency(this RateLimiterOptions limiter, string policy, int permits) =>
        limiter.AddConcurrencyLimiter(policy, concurrency => concurrency.PermitLimit = permits);

    private static ValueTask WriteBusyAsync(HttpContext context)
    {
        RetryLater.Set(context.Response);
        return context.RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = { Detail = "The service is busy. Try again." } });
    }
}
