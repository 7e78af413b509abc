using Npgsql;
using NpgsqlTypes;

namespace PodMetadata.Infrastructure.Store;

/// <summary>Makes parameters. Each has the name of the column that it is compared with or written to.</summary>
internal static class SqlParameters
{
    /// <summary>A parameter with one value; null is SQL's.</summary>
    public static NpgsqlParameter One(string name, NpgsqlDbType type, object? value) => new(name, type) { Value = value ?? DBNull.Value };

    /// <summary>A parameter with an array of values.</summary>
    public static NpgsqlParameter Many(string name, NpgsqlDbType type, Array values) => new(name, NpgsqlDbType.Array | type) { Value = values };
}
