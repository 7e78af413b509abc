namespace PodMetadata.Api.Listings;

/// <summary>The log of listings; a generic class cannot have one.</summary>
internal static partial class ListingLog
{
    [LoggerMessage(LogLevel.Warning, "A listing was broken off: {Reason}")]
    public static partial void Aborted(ILogger logger, string reason);
}
