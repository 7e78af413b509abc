namespace PodMetadata.Api.Controllers;

/// <summary>What is said of listings; a generic class cannot have it.</summary>
internal static partial class ListingLog
{
    [LoggerMessage(LogLevel.Warning, "A listing was broken off: {Reason}")]
    public static partial void BrokenOff(ILogger logger, string reason);
}
