namespace PodMetadata.Domain;

/// <summary>The period for which the service can say who had an IP. It moves with the clock.</summary>
/// <param name="retention">How long leases are kept after they end; zero keeps them forever.</param>
/// <param name="clockSkew">How far the clocks of clients and of this service may differ.</param>
/// <param name="time">The clock.</param>
public sealed class KnownPeriod(TimeSpan retention, TimeSpan clockSkew, TimeProvider time)
{
    /// <summary>Why a question about a moment cannot be answered, or null when the store can be asked. Before the period the answer is
    /// <see cref="IpMatch.Forgotten"/>, after it <see cref="IpMatch.Unknown"/>.</summary>
    /// <param name="at">The moment in UTC; null is now.</param>
    public IpMatch? Outside(DateTime? at)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return at > now + clockSkew ? IpMatch.Unknown
            : retention > TimeSpan.Zero && at < now - retention ? IpMatch.Forgotten
            : null;
    }
}
