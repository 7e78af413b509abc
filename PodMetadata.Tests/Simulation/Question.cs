namespace PodMetadata.Tests.Simulation;

/// <summary>Who has an IP, or had it at a moment.</summary>
internal sealed record Question(string Ip, DateTime? At)
{
    public override string ToString() => At is { } at ? $"who had {Ip} at {Message.Text(at)}" : $"who has {Ip}";
}
