namespace PodMetadata.Tests.Simulation;

/// <summary>Who really had which IP when.</summary>
internal sealed class Truth
{
    private readonly Dictionary<string, List<Stay>> stays = [];

    public void Add(Stay stay)
    {
        if (!stays.TryGetValue(stay.Ip, out List<Stay>? those))
        {
            stays[stay.Ip] = those = [];
        }

        those.Add(stay);
    }

    /// <summary>The pods that have an IP at a moment.</summary>
    public HashSet<PodKey> Holders(string ip, DateTime at) =>
        [.. stays.GetValueOrDefault(ip, []).Where(stay => stay.From <= at && !(stay.To <= at)).Select(stay => stay.Pod)];
}
