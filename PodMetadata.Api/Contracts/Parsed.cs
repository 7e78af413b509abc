namespace PodMetadata.Api.Contracts;

/// <summary>What a wire value was parsed to: the validator reads the problem, the map reads the value.</summary>
/// <param name="Value">The value; the type's default when there is a problem, or when an optional value is missing.</param>
/// <param name="Problem">What is wrong, as the end of a sentence that begins with the member's name; null when nothing is.</param>
internal sealed record Parsed<T>(T? Value, string? Problem = null);
