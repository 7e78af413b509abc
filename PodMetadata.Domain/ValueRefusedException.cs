namespace PodMetadata.Domain;

/// <summary>The store cannot hold a value of the request. Nothing was stored.</summary>
/// <param name="reason">The cause on one line, for the log.</param>
/// <param name="innerException">The driver's exception, or null.</param>
public sealed class ValueRefusedException(string reason, Exception? innerException) : Exception(reason, innerException);
