using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using PodMetadata.Api.Errors;

namespace PodMetadata.Api.Limits;

/// <summary>Bounds what clients can ask for, so that no kind of request takes what another needs, and the probes are always answered.</summary>
internal static class LimitServices
{
    /// <summary>The policy of listings of all pods.</summary>
    public const string Listing = nameof(Listing);

    /// <summary>The policy of listings of a node's pods.</summary>
    public const string NodeListing = nameof(NodeListing);

    /// <summary>The policy of writes and lookups.</summary>
    public const string Request = nameof(Request);

    // A short wait is better than a new attempt: as many listings may wait as are served, and several times as many short requests.
    private const int WaitingListings = 1;
    private const int WaitingRequests = 8;

    private static readonly TimeSpan ResponseGrace = TimeSpan.FromSeconds(5);

    /// <summary>Adds the limits of the section <c>Limits</c>.</summary>
    public static IServiceCollection AddPodLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section)
            .Validate(limits => limits.IsValid, "Every setting of Limits must be above zero, and its times less than a day.")
            .ValidateOnStart();

        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure((RateLimiterOptions limiter, IOptions<LimitOptions> limits) =>
        {
            limiter.AddConcurrency(Listing, limits.Value.Listings, WaitingListings);
            limiter.AddConcurrency(NodeListing, limits.Value.NodeListings, WaitingRequests);
            limiter.AddConcurrency(Request, limits.Value.Requests, WaitingRequests);
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
            kestrel.Limits.MinResponseDataRate = new MinDataRate(limits.Value.ResponseRate, ResponseGrace));
        return services;
    }

    /// <summary>Applies the limits.</summary>
    public static void UsePodLimits(this WebApplication app)
    {
        app.UseRequestTimeouts();
        app.UseRateLimiter();
    }

    private static void AddConcurrency(this RateLimiterOptions limiter, string policy, int permits, int waiting) =>
        limiter.AddConcurrencyLimiter(policy, concurrency =>
        {
            concurrency.PermitLimit = permits;
            concurrency.QueueLimit = permits * waiting;
        });

    private static ValueTask WriteBusyAsync(HttpContext context)
    {
        RetryLater.Set(context.Response);
        return context.RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = { Detail = "The service is busy. Try again." } });
    }
}
