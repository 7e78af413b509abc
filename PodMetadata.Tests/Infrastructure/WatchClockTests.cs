using Microsoft.Extensions.Time.Testing;
using PodMetadata.Infrastructure.Kubernetes;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>Up to when all changes are known to have been received, in seconds since the list began.</summary>
public sealed class WatchClockTests
{
    private static readonly DateTimeOffset Began = new(2026, 5, 12, 10, 0, 0, TimeSpan.Zero);

    private FakeTimeProvider time = null!;
    private WatchClock clock = null!;

    private double CompleteUntil => (clock.CompleteUntil - Began.UtcDateTime).TotalSeconds;

    [SetUp]
    public void Begin()
    {
        time = new FakeTimeProvider(Began);
        clock = new WatchClock(time);
    }

    [Test]
    public void While_the_watch_is_read_it_is_when_something_last_arrived()
    {
        After(2, clock.Connected);
        After(1, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(3));
        After(60, clock.Quiet);
        Assert.That(CompleteUntil, Is.EqualTo(3), "a silent server may be dead");
        After(1, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(64));
    }

    [Test]
    public void What_arrives_first_after_a_pause_may_be_as_old_as_the_pause()
    {
        After(2, clock.Connected);
        After(8, Arrived);
        clock.Pause();
        After(30, clock.Connected);
        After(0, Arrived);
        After(7, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(10));
        After(1, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(48));
    }

    [Test]
    public void A_short_pause_is_none()
    {
        After(2, clock.Connected);
        After(8, Arrived);
        clock.Pause();
        After(5, clock.Resume);
        After(0, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(15));
    }

    [Test]
    public void Short_pauses_in_which_nothing_arrives_between_are_a_long_one()
    {
        After(2, clock.Connected);
        After(8, Arrived);
        foreach (int seconds in new[] { 4, 4 })
        {
            clock.Pause();
            After(seconds, clock.Connected); // a watch that ends at once
        }

        After(0, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(10));
        After(5, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(23));
    }

    [Test]
    public void Writes_after_a_long_pause_do_not_make_it_longer()
    {
        After(2, clock.Connected);
        After(8, Arrived);
        clock.Pause();
        After(30, clock.Connected);
        for (int i = 0; i < 8; i++)
        {
            clock.Pause();
            After(0, clock.Resume);
            After(1, Arrived);
        }

        Assert.That(CompleteUntil, Is.EqualTo(48));
    }

    [Test]
    public void A_watch_that_begins_and_stays_quiet_shows_that_nothing_had_happened()
    {
        After(2, clock.Connected);
        After(4, clock.Quiet);
        Assert.That(CompleteUntil, Is.Zero);
        After(6, clock.Quiet);
        Assert.That(CompleteUntil, Is.EqualTo(2));
    }

    [Test]
    public void What_is_there_already_may_be_of_any_age()
    {
        After(2, clock.Connected);
        After(1, Arrived);
        After(1, () => clock.Arrived(after: TimeSpan.Zero));
        Assert.That(CompleteUntil, Is.EqualTo(3));
    }

    [Test]
    public void Failed_attempts_do_not_shorten_a_pause()
    {
        After(2, clock.Connected);
        After(1, Arrived);
        clock.Pause();
        After(100, clock.Pause);
        After(4, clock.Connected);
        After(25, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(3));
        After(1, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(133));
    }

    [Test]
    public void A_frozen_process_pauses_too()
    {
        After(2, clock.Connected);
        After(1, clock.Alive);
        After(0, Arrived);
        After(15, clock.Alive);
        After(0, Arrived);
        After(4, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(3));
        After(1, Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(23));
    }

    private void Arrived() => clock.Arrived(after: TimeSpan.FromSeconds(1));

    private void After(int seconds, Action act)
    {
        time.Advance(TimeSpan.FromSeconds(seconds));
        act();
    }
}
