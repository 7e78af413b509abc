using Microsoft.Extensions.Time.Testing;
using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

/// <summary>How often two pods of one name are reported.</summary>
public sealed class NameCollisionsTests
{
    [Test]
    public void A_pair_is_reported_once_per_hour_in_whatever_order()
    {
        FakeTimeProvider time = new();
        NameCollisions collisions = new(time);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(collisions.ShouldReport("web-0", "a", "b"), Is.True);
            Assert.That(collisions.ShouldReport("web-0", "b", "a"), Is.False);
            Assert.That(collisions.ShouldReport("web-0", "a", "c"), Is.True, "another pair");
            Assert.That(collisions.ShouldReport("web-1", "a", "b"), Is.True, "another name");
            time.Advance(TimeSpan.FromMinutes(59));
            Assert.That(collisions.ShouldReport("web-0", "a", "b"), Is.False);
            time.Advance(TimeSpan.FromMinutes(1));
            Assert.That(collisions.ShouldReport("web-0", "b", "a"), Is.True);
            Assert.That(collisions.ShouldReport("web-0", "a", "b"), Is.False);
        }
    }
}
