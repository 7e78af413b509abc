using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

/// <summary>How sure an answer is.</summary>
public sealed class IpAnswerTests
{
    private static readonly Pod Pod = new() { Name = "web-0", Ip = "10.0.0.1", NodeName = "n1", TimeStamp = default };

    [TestCase(0, 3, false, IpMatch.Dead, 3)]
    [TestCase(0, 1, true, IpMatch.Dead, 1)]
    [TestCase(1, 3, false, IpMatch.Unique, 1)]
    [TestCase(1, 1, true, IpMatch.Stale, 1)]
    [TestCase(2, 3, false, IpMatch.Shared, 2)]
    [TestCase(2, 2, true, IpMatch.Shared, 2)]
    public void Now(int live, int stored, bool isStale, IpMatch match, int candidates) =>
        Assert.That(IpAnswer.Now(Pod, live, stored, isStale), Is.EqualTo(new IpAnswer(match, Pod, candidates)));

    [TestCase(1, 1, IpMatch.Unique, 1)]
    [TestCase(1, 4, IpMatch.Unique, 1)]
    [TestCase(2, 4, IpMatch.Shared, 2)]
    [TestCase(0, 1, IpMatch.Nearest, 1)]
    public void Then(int covering, int near, IpMatch match, int candidates) =>
        Assert.That(IpAnswer.Then(Pod, covering, near), Is.EqualTo(new IpAnswer(match, Pod, candidates)));

    [Test]
    public void Of_several_that_had_it_shortly_before_or_after_none_is_the_answer() =>
        Assert.That(IpAnswer.Then(Pod, 0, 2), Is.EqualTo(new IpAnswer(IpMatch.Unknown, null, 2)));
}
