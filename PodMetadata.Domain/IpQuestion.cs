namespace PodMetadata.Domain;

/// <summary>Who is, or was, behind an IP?</summary>
/// <param name="Ip">The IP in its canonical form (see <see cref="PodAddress"/>).</param>
/// <param name="At">When, as <see cref="Pod.TimeStamp"/> counts; null is now.</param>
public sealed record IpQuestion(string Ip, DateTime? At = null);
