namespace PodMetadata.Tests.Simulation;

/// <summary>What the service is compared with: of a name the last write wins, an IP is the first live row that has it, and who had it is who
/// has it.</summary>
internal sealed class NaiveTable
{
    private readonly Dictionary<string, int> places = [];

    private readonly List<(Stay Stay, bool IsDead)> rows = [];

    public void Take(Message message)
    {
        if (!places.TryGetValue(message.Stay.Pod.Name, out int place))
        {
            if (message.Kind == MessageKind.Gone)
            {
                return;
            }

            places[message.Stay.Pod.Name] = place = rows.Count;
            rows.Add(default);
        }

        if (message.Kind != MessageKind.Gone)
        {
            rows[place] = (message.Stay, message.Kind == MessageKind.Ended);
        }
        else if (rows[place].Stay.Ip == message.Stay.Ip)
        {
            rows[place] = (rows[place].Stay, true);
        }
    }

    public Answer Find(string ip) =>
        rows.Find(row => row.Stay.Ip == ip && !row.IsDead).Stay is { } found ? new Answer("unique", found.Pod) : new Answer("unknown", null);
}
