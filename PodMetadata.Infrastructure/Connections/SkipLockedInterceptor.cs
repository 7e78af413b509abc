using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>Appends <c>FOR UPDATE SKIP LOCKED</c>, which LINQ cannot express, to queries tagged with <see cref="Tag"/>.</summary>
internal sealed class SkipLockedInterceptor : DbCommandInterceptor
{
    /// <summary>The tag for <see cref="EntityFrameworkQueryableExtensions.TagWith{T}"/>.</summary>
    public const string Tag = "FOR UPDATE SKIP LOCKED";

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (command.CommandText.StartsWith($"-- {Tag}", StringComparison.Ordinal))
        {
            command.CommandText += $"\n{Tag}";
        }

        return ValueTask.FromResult(result);
    }
}
