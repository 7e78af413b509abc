namespace PodMetadata.Tests.Simulation;

/// <summary>A node with the IPs it gives to its pods; one that is free again is the first to be given away.</summary>
internal sealed class SimNode(int number, int life)
{
    private readonly Stack<string> free = new(Enumerable.Range(1, 200).Select(last => $"10.0.{number}.{last}"));

    /// <summary>A node that comes back has another name, and the same IPs.</summary>
    public string Name { get; } = $"node-{number}-{life}";

    public string Ip { get; } = $"192.168.1.{number}";

    public int Number => number;

    public int Life => life;

    public string Take() => free.Pop();

    public void Return(string ip) => free.Push(ip);
}
