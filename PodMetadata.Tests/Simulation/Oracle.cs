namespace PodMetadata.Tests.Simulation;

/// <summary>Knows everything that controllers sent, and so which questions about an IP the protocol makes answerable, whatever the service
/// stores.</summary>
/// <remarks>
/// A question about an IP is answerable when, for each pod that was ever seen on the IP,
/// <list type="number">
/// <item>no message about the pod is in flight, and</item>
/// <item>the messages imply the truth. Read in order, a pod is where it was last seen until it is seen elsewhere, ends, or is marked dead on
/// that IP; the result must be on the IP exactly if the pod really is.</item>
/// </list>
/// For a question about now, the order is the order of arrival, because the last write of a name wins. A namesake in another namespace takes the
/// pod's row; such questions are counted apart (<see cref="HasNamesake"/>). They are answerable only if the order of the time stamps implies
/// the truth too, because without the row only the leases remain. For a question about a moment, the order is that of the time stamps up to the
/// moment. A mark_dead has no time stamp, and counts at its arrival. Such a question is also unanswerable
/// <list type="number">
/// <item>within a millisecond of a time stamp, or while a mark_dead was in flight, because clocks tie; and</item>
/// <item>when a post arrived after a mark_dead of the same name and IP that it predates, and contained something new, because nobody can tell
/// which of the two is right.</item>
/// </list>
/// </remarks>
internal sealed class Oracle
{
    private static readonly TimeSpan Tie = TimeSpan.FromMilliseconds(1);

    private readonly Dictionary<string, List<Message>> byName = [];

    private readonly Dictionary<string, HashSet<PodKey>> seenOn = [];

    private int arrivals;

    /// <summary>Records a message that is about to be sent.</summary>
    public void Announce(Message message)
    {
        Of(byName, message.Stay.Pod.Name).Add(message);
        Of(seenOn, message.Stay.Ip).Add(message.Stay.Pod);
    }

    /// <summary>Records that the service acknowledged a message.</summary>
    public void Arrive(Message message) => message.Arrival = ++arrivals;

    /// <summary>Whether a pod that was seen on an IP shares its name with a pod of another namespace.</summary>
    public bool HasNamesake(string ip) => Pods(ip).Any(NameIsShared);

    /// <summary>Whether it is answerable who holds an IP now.</summary>
    public bool KnowsNow(string ip, HashSet<PodKey> holders) => Pods(ip).All(pod =>
    {
        List<Message> messages = About(pod);
        return messages.All(message => message.Arrival is not null)
            && IsOn(ip, messages.OrderBy(message => message.Arrival)) == holders.Contains(pod)
            && (!NameIsShared(pod) || IsOn(ip, UpTo(DateTime.MaxValue, messages)) == holders.Contains(pod));
    });

    /// <summary>Whether it is answerable who held an IP at a moment.</summary>
    public bool KnowsThen(string ip, DateTime at, HashSet<PodKey> holders) => Pods(ip).All(pod =>
    {
        List<Message> messages = About(pod);
        return messages.All(message => message.Arrival is not null && !Ties(message, at))
            && !messages.Any(gone => gone.Kind == MessageKind.Gone && IsContradicted(gone, messages))
            && IsOn(ip, UpTo(at, messages)) == holders.Contains(pod);
    });

    /// <summary>All messages about the pods that were seen on an IP, in the order of arrival, to explain a mistake.</summary>
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
