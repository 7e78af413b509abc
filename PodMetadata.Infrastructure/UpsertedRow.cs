using PodMetadata.Domain;

namespace PodMetadata.Infrastructure;

/// <summary>What the upsert statement returns; EF Core reads it by the members' names.</summary>
internal sealed class UpsertedRow
{
    public required string Name { get; init; }

    public string? Namespace { get; init; }

    public required string Ip { get; init; }

    public required string NodeName { get; init; }

    public bool IsDead { get; init; }

    public string? Identity { get; init; }

    public string? SelectorLabels { get; init; }

    public string? Manifest { get; init; }

    public DateTime TimeStamp { get; init; }

    public bool IsNew { get; init; }

    public bool IsSame { get; init; }

    public bool ReplacedLive { get; init; }

    public string? ReplacedNamespace { get; init; }

    public UpsertedPod ToUpsertedPod() => new(
        new Pod
        {
            Name = Name,
            Namespace = Namespace,
            Ip = Ip,
            NodeName = NodeName,
            IsDead = IsDead,
            Identity = Identity,
            SelectorLabels = SelectorLabels is null ? null : JsonText.From(SelectorLabels),
            Manifest = Manifest is null ? null : JsonText.From(Manifest),
            TimeStamp = TimeStamp,
        },
        IsNew ? UpsertOutcome.Inserted : IsSame ? UpsertOutcome.Unchanged : UpsertOutcome.Replaced,
        ReplacedLive,
        ReplacedNamespace);
}
