using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>Asks PostgreSQL for the plan of each query just before it runs.</summary>
internal sealed class PlanRecorder : DbCommandInterceptor
{
    /// <summary>The plans, in JSON.</summary>
    public List<string> Plans { get; } = [];

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await using NpgsqlCommand explain = ((NpgsqlCommand)command).Clone();
        explain.CommandText = "EXPLAIN (FORMAT JSON) " + command.CommandText;
        Plans.Add((string)(await explain.ExecuteScalarAsync(cancellationToken))!);
        return result;
    }
}
