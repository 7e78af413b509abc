namespace PodMetadata.Tests.Simulation;

/// <summary>All that controllers say to the service, and what follows from it by the wire's rules alone, however the service keeps it.</summary>
/// <remarks>
/// A question about an IP is knowable when for each pod that was ever seen on the IP
/// <list type="number">
/// <item>nothing that was said of it is still on its way, and</item>
/// <item>the story told gives the truth: reading what was said in order, a pod is where it was last seen until it is seen elsewhere or has
/// ended, or its name is gone from that IP; and it is on the IP at the end exactly if it really is.</item>
/// </list>
/// For now, the order is that of arrival, since of a name the last write wins. A pod's namesake in another namespace takes its row: such
/// questions are told apart (<see cref="HasNamesake"/>), and are knowable only if the order of then gives the truth too, since without its
/// row the moments are all that is known of a pod. For then, the order is that of the time stamps up to the moment asked for; mark_dead
/// has none and speaks of its arrival. Such a question is not knowable either
/// <list type="number">
/// <item>within a millisecond of a time stamp, or while a mark_dead was under way: the clocks tie; and</item>
/// <item>when a post came after a mark_dead of its name and IP that it predates, and said what was not known before: which of the two holds
/// nobody can tell.</item>
/// </list>
/// </remarks>
internal sealed class Told
{
    private static readonly TimeSpan Tie = TimeSpan.FromMilliseconds(1);

    private readonly Dictionary<string, List<Message>> byName = [];

    private readonly Dictionary<string, HashSet<PodKey>> seenOn = [];

    private int arrivals;

    /// <summary>Notes what a controller is about to say.</summary>
    public void Say(Message message)
    {
        Of(byName, message.Stay.Pod.Name).Add(message);
        Of(seenOn, message.Stay.Ip).Add(message.Stay.Pod);
    }

    /// <summary>Notes that the service has taken it.</summary>
    public void Arrive(Message message) => message.Arrival = ++arrivals;

    /// <summary>Whether a pod that was seen on an IP has its name from several namespaces.</summary>
    public bool HasNamesake(string ip) => Pods(ip).Any(NameIsShared);

    /// <summary>Whether it is knowable who has an IP now.</summary>
    public bool KnowsNow(string ip, HashSet<PodKey> holders) => Pods(ip).All(pod =>
    {
        List<Message> messages = About(pod);
        return messages.All(message => message.Arrival is not null)
            && IsOn(ip, messages.OrderBy(message => message.Arrival)) == holders.Contains(pod)
            && (!NameIsShared(pod) || IsOn(ip, UpTo(DateTime.MaxValue, messages)) == holders.Contains(pod));
    });

    /// <summary>Whether it is knowable who had an IP at a moment.</summary>
    public bool KnowsThen(string ip, DateTime at, HashSet<PodKey> holders) => Pods(ip).All(pod =>
    {
        List<Message> messages = About(pod);
        return messages.All(message => message.Arrival is not null && !Ties(message, at))
            && !messages.Any(gone => gone.Kind == MessageKind.Gone && IsContradicted(gone, messages))
            && IsOn(ip, UpTo(at, messages)) == holders.Contains(pod);
    });

    /// <summary>All that was said of the pods that were seen on an IP, in the order of arrival, to explain a mistake.</summary>
    public string Story(string ip) => string.Join('\n', Pods(ip).SelectMany(About).Distinct().OrderBy(message => message.Arrival)
        .Select(message => $"  {message.Kind} {message.Stay.Pod} {message.Stay.Ip} {message.Stay.Node} at {Message.Text(message.Moment)}, arrived {Message.Text(message.Answered)}"));

    private bool NameIsShared(PodKey pod) => byName[pod.Name].Any(message => message.Stay.Pod != pod);

    private HashSet<PodKey> Pods(string ip) => seenOn.GetValueOrDefault(ip, []);

    private List<Message> About(PodKey pod) => byName[pod.Name].FindAll(message => message.Kind == MessageKind.Gone || message.Stay.Pod == pod);

    private static bool Ties(Message message, DateTime at) => message.Kind == MessageKind.Gone
        ? message.Sent - Tie < at && at < message.Answered + Tie
        : (message.TimeStamp - at).Duration() < Tie;

    private static bool IsContradicted(Message gone, List<Message> messages) => messages.Any(post =>
        post.Kind == MessageKind.Seen && post.Stay.Ip == gone.Stay.Ip && post.Arrival > gone.Arrival && post.TimeStamp <= gone.Answered
        && Position(UpTo(post.TimeStamp, messages.Where(known => known.Arrival < gone.Arrival))) is var known
        && (known?.Ip, known?.Node) != (post.Stay.Ip, post.Stay.Node));

    private static IEnumerable<Message> UpTo(DateTime at, IEnumerable<Message> messages) =>
        messages.Where(message => message.Moment <= at).OrderBy(message => message.Moment);

    private static bool IsOn(string ip, IEnumerable<Message> story) => Position(story)?.Ip == ip;

    private static Stay? Position(IEnumerable<Message> story) => story.Aggregate((Stay?)null, (position, message) => message.Apply(position));

    private static T Of<T>(Dictionary<string, T> all, string key)
        where T : new()
    {
        if (!all.TryGetValue(key, out T? found))
        {
            all[key] = found = new T();
        }

        return found;
    }
}
