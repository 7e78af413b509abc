namespace PodMetadata.Tests.Simulation;

/// <summary>Which questions the oracle takes for answerable.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class OracleTests
{
    private const string Ip = "10.0.0.1";

    private static readonly DateTime Start = new(2026, 5, 12);

    private readonly PodKey pod = new("ns-a", "web-0");

    private readonly Oracle oracle = new();

    [Test]
    public void Nothing_is_knowable_while_something_said_is_on_its_way()
    {
        oracle.Announce(new Message(MessageKind.Seen, StayAt(Ip), At(1)));
        Assert.That(oracle.KnowsThen(Ip, At(2), [pod]), Is.False);
        Assert.That(oracle.KnowsNow(Ip, [pod]), Is.False);
    }

    [Test]
    public void Posts_that_come_out_of_order_are_read_in_the_order_of_their_time_stamps()
    {
        Send(MessageKind.Seen, "10.0.0.2", at: 3, arrived: 4);
        Send(MessageKind.Seen, Ip, at: 1, arrived: 5);
        Assert.That(oracle.KnowsThen(Ip, At(2), [pod]));
        Assert.That(oracle.KnowsThen(Ip, At(4), []));
        Assert.That(oracle.KnowsNow(Ip, []), Is.False, "the last write says that the pod is there");
    }

    [Test]
    public void Until_mark_dead_has_come_nobody_can_know_that_a_pod_has_ended()
    {
        Send(MessageKind.Seen, Ip, at: 1, arrived: 1);
        Send(MessageKind.Gone, Ip, at: 0, arrived: 5);
        Assert.That(oracle.KnowsThen(Ip, At(4), []), Is.False);
        Assert.That(oracle.KnowsThen(Ip, At(6), []));
        Assert.That(oracle.KnowsThen(Ip, At(5), []), Is.False, "the clocks tie");
    }

    [Test]
    public void A_post_that_comes_after_the_mark_dead_it_predates_leaves_it_open_unless_it_says_nothing_new([Values] bool isKnown)
    {
        if (isKnown)
        {
            Send(MessageKind.Seen, Ip, at: 1, arrived: 1);
        }

        Send(MessageKind.Gone, Ip, at: 0, arrived: 5);
        Send(MessageKind.Seen, Ip, at: 2, arrived: 6);
        Assert.That(oracle.KnowsThen(Ip, At(7), []), Is.EqualTo(isKnown));
    }

    [Test]
    public void Of_a_pod_whose_namesake_has_its_row_only_what_both_orders_say_is_knowable([Values] bool hasNamesake)
    {
        Send(MessageKind.Seen, Ip, at: 1, arrived: 1);
        Send(MessageKind.Gone, Ip, at: 0, arrived: 5);
        Send(MessageKind.Seen, Ip, at: 2, arrived: 6);
        if (hasNamesake)
        {
            oracle.Announce(Arrived(new Message(MessageKind.Seen, new Stay(new PodKey("ns-b", "web-0"), "10.0.0.2", "node", false, Start), At(7)), 7));
        }

        Assert.That(oracle.KnowsNow(Ip, [pod]), Is.EqualTo(!hasNamesake), "the last write says that the pod is there, the moments that it is not");
    }

    [Test]
    public void A_pod_of_another_namespace_is_another_pod()
    {
        Send(MessageKind.Seen, Ip, at: 1, arrived: 1);
        oracle.Announce(Arrived(new Message(MessageKind.Seen, new Stay(new PodKey("ns-b", "web-0"), "10.0.0.2", "node", false, Start), At(2)), 2));
        Assert.That(oracle.KnowsThen(Ip, At(3), [pod]));
        Assert.That(oracle.HasNamesake(Ip));
    }

    private static DateTime At(int second) => Start.AddSeconds(second);

    private Stay StayAt(string ip) => new(pod, ip, "node", false, Start);

    private void Send(MessageKind kind, string ip, int at, int arrived) => oracle.Announce(Arrived(new Message(kind, StayAt(ip), At(at)), arrived));

    private Message Arrived(Message message, int second)
    {
        message.Sent = message.Answered = At(second);
        oracle.Arrive(message);
        return message;
    }
}
