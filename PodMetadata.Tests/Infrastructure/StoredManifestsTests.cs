using PodMetadata.Domain;
using PodMetadata.Domain.Json;
using PodMetadata.Infrastructure.Store;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>What an instance remembers of the manifests that it stored.</summary>
public sealed class StoredManifestsTests
{
    private readonly StoredManifests manifests = new();

    [Test]
    public void A_pod_that_was_not_stored_may_be_unchanged() => Assert.That(manifests.Differs(Upsert("a", "1")), Is.False);

    [TestCase("1", "1", false)]
    [TestCase("1", "2", true)]
    [TestCase("1", null, true)]
    [TestCase(null, "1", true)]
    [TestCase(null, null, false)]
    public void The_last_manifest_is_remembered(string? stored, string? posted, bool differs)
    {
        manifests.Remember(Upsert("a", "0"));
        manifests.Remember(Upsert("a", stored));
        Assert.That(manifests.Differs(Upsert("a", posted)), Is.EqualTo(differs));
    }

    [Test]
    public void Pods_that_share_an_entry_are_not_taken_for_each_other()
    {
        PendingUpsert[] pods = [.. Enumerable.Range(0, 300_000).Select(i => Upsert($"pod-{i}", $"{i}"))];
        Array.ForEach(pods, manifests.Remember);
        Assert.That(pods.Where(manifests.Differs), Is.Empty);
        Assert.That(pods.Count(pod => manifests.Differs(Upsert(pod.Pod.Name, "-1"))), Is.GreaterThan(200_000), "known to differ");
    }

    private static PendingUpsert Upsert(string name, string? manifest) => new(new Pod
    {
        Name = name,
        Ip = "10.0.0.1",
        NodeName = "node",
        Manifest = manifest is null ? null : JsonText.From(manifest),
        TimeStamp = new DateTime(2026, 6, 1),
    });
}
