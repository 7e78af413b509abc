namespace PodMetadata.Tests.RealCluster;

/// <summary>The IPs of pods. One that is given back is soon given to another pod.</summary>
internal sealed class IpPool
{
    private const int Size = 600;

    // No network plugin gives an IP to another pod within the second. Statuses have whole seconds.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);

    private readonly LinkedList<(string Ip, DateTime FreeFrom)> free = new(Enumerable.Range(0, Size).Select(n => ($"10.77.{n / 250}.{(n % 250) + 1}", DateTime.MinValue)));

    /// <summary>Takes the IP that was given back last, of those that have rested.</summary>
    public string Take()
    {
        lock (free)
        {
            LinkedListNode<(string Ip, DateTime FreeFrom)> node = free.First!;
            while (node.Value.FreeFrom > DateTime.UtcNow)
            {
                node = node.Next!;
            }

            free.Remove(node);
            return node.Value.Ip;
        }
    }

    public void Return(string ip)
    {
        lock (free)
        {
            free.AddFirst((ip, DateTime.UtcNow + Rest));
        }
    }
}
