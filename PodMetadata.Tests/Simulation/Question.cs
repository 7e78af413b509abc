namespace PodMetadata.Tests.Simulation;

/// <summary>Who has an IP, or had it at a moment.</summary>
internal sealed record Question(string Ip, DateTime? At);
