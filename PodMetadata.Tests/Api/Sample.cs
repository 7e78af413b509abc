namespace PodMetadata.Tests.Api;

/// <summary>One line of Prometheus' text format.</summary>
public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
