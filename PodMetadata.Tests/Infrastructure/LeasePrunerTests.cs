using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Retention;
using PodMetadata.Infrastructure.Store;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>Leases that ended long ago go, and so do those that nothing will end.</summary>
public sealed class LeasePrunerTests : ServiceTests
{
    // Shorter than the 30 days of the service's own pruner, which so leaves these tests alone.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(3);

    [Test]
    public async Task Only_leases_that_ended_longer_ago_than_the_time_set_go()
    {
        await Service.SqlAsync("""
            INSERT INTO pod_ip_leases (pod_name, pod_ip, node_name, host_network, valid_from, valid_to)
            SELECT 'web-' || i, '10.0.0.1', 'n1', false, timestamp '2000-01-01', now() AT TIME ZONE 'UTC' - i * interval '1 day' FROM generate_series(1, 2500) AS i
            UNION ALL SELECT 'answered', '10.0.0.1', 'n1', false, '2000-01-01', now() AT TIME ZONE 'UTC' - interval '3 days 80 seconds'
            """);
        await LiveAsync("open");
        using LeasePruner pruner = new(
            Service.Services.GetRequiredService<ConnectionPool>(),
            Service.Services.GetRequiredService<PodStoreStatus>(),
            Options.Create(new RetentionOptions { Leases = Kept }),
            Options.Create(new ResolutionOptions()),
            TimeProvider.System,
            new FakeLogger<LeasePruner>());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await pruner.PruneAsync(CancellationToken.None), Is.GreaterThan(0));
            Assert.That(
                await Service.SqlAsync($"SELECT string_agg(pod_name, ' ' ORDER BY pod_name) FROM {Leases.All} AS lease"), Is.EqualTo("answered open web-1 web-2 web-3"),
                "with what may still be asked for, and be nearest");
        }
    }

    [Test]
    public async Task A_lease_that_nothing_ended_goes_when_its_pod_has_not_been_heard_of_for_as_long()
    {
        await LiveAsync("live");
        await LiveAsync("dead");
        await Service.UpsertAsync(PodJson.With("""{ "pod_name": "taken", "pod_namespace": "b" }"""));
        await Service.SqlAsync("""
            TRUNCATE pod_ip_leases;
            UPDATE pod_details SET is_dead = true, died_at = now() WHERE pod_name = 'dead';
            INSERT INTO pod_ip_leases (pod_name, pod_namespace, pod_ip, node_name, host_network, valid_from, last_confirmed_at)
            SELECT name, namespace, '10.0.0.1', 'n1', false, timestamp '2000-01-01', told
            FROM (VALUES ('gone-' || 1, NULL, NULL), ('dead', NULL, NULL), ('live', NULL, NULL), ('taken', 'b', NULL), ('taken', 'a', NULL),
                ('gone-' || 2, NULL, now() AT TIME ZONE 'UTC' - interval '2 days'), ('gone-' || 3, NULL, now() AT TIME ZONE 'UTC' - interval '4 days')) AS told (name, namespace, told)
            UNION ALL SELECT 'many-' || i, NULL, '10.0.0.1', 'n1', false, '2000-01-01', NULL FROM generate_series(1, 2500) AS i
            """);
        using AbandonedLeasePruner pruner = new(
            Service.Services.GetRequiredService<ConnectionPool>(),
            Service.Services.GetRequiredService<PodStoreStatus>(),
            Options.Create(new RetentionOptions { Leases = Kept }),
            Options.Create(new ResolutionOptions()),
            TimeProvider.System,
            new FakeLogger<AbandonedLeasePruner>());
        await pruner.PruneAsync(CancellationToken.None);
        Assert.That(
            await Service.SqlAsync("SELECT string_agg(concat_ws(' ', pod_name, pod_namespace), ', ' ORDER BY pod_name, pod_namespace) FROM pod_ip_leases"),
            Is.EqualTo("gone-2, live, taken b"));
    }

    private Task<JsonNode> LiveAsync(string name) => Service.UpsertAsync(PodJson.With($$"""{"pod_name":"{{name}}","pod_namespace":null}"""));
}
