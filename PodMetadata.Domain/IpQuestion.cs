namespace PodMetadata.Domain;

/// <summary>Which pod is, or was, behind an IP?</summary>
/// <param name="Ip">The IP in canonical form (see <see cref="PodAddress"/>).</param>
/// <param name="At">The moment in UTC, like <see cref="Pod.TimeStamp"/>; null is now.</param>
public sealed record IpQuestion(string Ip, DateTime? At = null);
