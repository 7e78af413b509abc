using NpgsqlTypes;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Infrastructure.Store;

/// <summary>The pods that several IPs belong to now: a row for each IP that a stored pod has.</summary>
internal static class FindByIpStatement
{
    public const string Sql = $"""
        SELECT {RowReader.PodColumns}, live::int AS live_count, stored::int AS stored_count, {Holders.KnownAt} < now() - @stale_after AS is_stale
        FROM unnest(@pod_ip) AS asked (ip)
        CROSS JOIN LATERAL ({Holders.First}) AS found
        """;

    public static Statement<IpAnswer> For(IEnumerable<string> ips, TimeSpan staleAfter) => new(
        Sql,
        [SqlParameters.Many("pod_ip", NpgsqlDbType.Text, ips.Distinct().ToArray()), SqlParameters.One("stale_after", NpgsqlDbType.Interval, staleAfter)],
        Holders.ReadNow);
}
