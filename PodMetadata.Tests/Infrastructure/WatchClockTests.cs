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
        After(1, clock.Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(3));
        After(60, clock.Quiet);
        Assert.That(CompleteUntil, Is.EqualTo(3), "a silent server may be dead");
        After(1, clock.Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(64));
    }

    [Test]
    public void What_arrives_first_after_a_pause_may_be_as_old_as_the_pause()
    {
        After(2, clock.Connected);
        After(8, clock.Arrived);
        clock.Pause();
        After(30, clock.Connected);
        After(0, clock.Arrived);
        After(7, clock.Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(10));
        After(1, clock.Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(48));
    }

    [Test]
    public void A_short_pause_is_none()
    {
        After(2, clock.Connected);
        After(8, clock.Arrived);
        clock.Pause();
        After(5, clock.Resume);
        After(0, clock.Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(15));
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
    public void A_frozen_process_pauses_too()
    {
        After(2, clock.Connected);
        After(1, clock.Alive);
        After(0, clock.Arrived);
        After(15, clock.Alive);
        After(0, clock.Arrived);
        After(4, clock.Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(3));
        After(1, clock.Alive);
        After(0, clock.Arrived);
        Assert.That(CompleteUntil, Is.EqualTo(23));
    }

    private void After(int seconds, Action act)
    {
        time.Advance(TimeSpan.FromSeconds(seconds));
        act();
    }
}
