namespace PodMetadata.Domain;

/// <summary>The store cannot serve the request now, but may be able to later. Nothing is known about whether a write was stored.</summary>
/// <param name="reason">The cause on one line, for the log. It contains no statement, value or password.</param>
/// <param name="innerException">The driver's exception, or null.</param>
public sealed class PodStoreUnavailableException(string reason, Exception? innerException) : Exception(reason, innerException);
