namespace PodMetadata.Infrastructure.Retention;

/// <summary>What retention and vacuum have left of a table.</summary>
internal sealed record TableState
{
    /// <summary>The table's name.</summary>
    public required string Name { get; init; }

    /// <summary>Rows, as PostgreSQL's statistics estimate them.</summary>
    public required long LiveTuples { get; init; }

    /// <summary>Dead rows that vacuum has not yet removed, as the same statistics estimate them.</summary>
    public required long DeadTuples { get; init; }

    /// <summary>Bytes of the table, its TOAST table and its indexes.</summary>
    public required long Size { get; init; }

    /// <summary>For how many seconds the oldest row has been due for deletion; zero when none is, null for a table without such an index.</summary>
    public double? RetentionLag { get; init; }
}
