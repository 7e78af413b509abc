using System.Globalization;
using PodMetadata.Tests.Faults;

namespace PodMetadata.Tests.Bench;

/// <summary>What the service and the database use during a run.</summary>
internal sealed class Meter
{
    private const double TicksPerSecond = 100; // Linux gives all programs this one

    private readonly Cluster cluster;
    private readonly int service;
    private readonly double serviceCpu;
    private readonly double databaseCpu;
    private readonly string wal;

    private Meter(Cluster cluster, int service, string wal)
    {
        this.cluster = cluster;
        this.service = service;
        this.wal = wal;
        ResetPeak(service);
        serviceCpu = Cpu(service);
        databaseCpu = DatabaseCpu(cluster.ServerId);
    }

    public static async Task<Meter> StartAsync(Cluster cluster, int service)
    {
        await MarkAsync(cluster);
        return new(cluster, service, (string)(await cluster.SqlAsync("SELECT pg_current_wal_flush_lsn()::text"))!);
    }

    /// <summary>Adds what was used since the start to what a run of so many requests measured.</summary>
    public async Task<Run> EndAsync(Run run, long requests)
    {
        double serviceUsed = Cpu(service) - serviceCpu;
        double databaseUsed = DatabaseCpu(cluster.ServerId) - databaseCpu;
        double peak = MemoryMiB(service, "VmHWM");
        bool isService = run.Driver is Run.Service or Run.Bare;
        (long records, long pages) = await WalAsync();
        return run with
        {
            ServiceCpu = isService ? serviceUsed / requests * 1000 : null,
            DatabaseCpu = databaseUsed / requests * 1000,
            Wal = (double)records / requests,
            Pages = (double)pages / requests,
            Peak = isService ? peak : null,
        };
    }

    /// <summary>Forgets the process's largest resident memory.</summary>
    public static void ResetPeak(int process) => File.WriteAllText($"/proc/{process}/clear_refs", "5");

    /// <summary>A process's resident memory: <c>VmRSS</c> is that of now, <c>VmHWM</c> the largest.</summary>
    public static double MemoryMiB(int process, string what) =>
        double.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(what, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;

    private static double Cpu(int process) => Times(process).Take(2).Sum();

    /// <summary>The server's own time, that of its processes, and that of those that have ended.</summary>
    private static double DatabaseCpu(int server) =>
        Times(server).Sum() + File.ReadAllText($"/proc/{server}/task/{server}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Sum(child => Cpu(int.Parse(child, null)));

    /// <summary>The process's user and system time, and those of its children that have ended.</summary>
    private static double[] Times(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return [.. stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11..15].Select(ticks => double.Parse(ticks, CultureInfo.InvariantCulture) / TicksPerSecond)];
        }
        catch (IOException)
        {
            return [0]; // it ended meanwhile, and its time is its parent's now
        }
    }

    /// <summary>Writes a message to the log, and returns where it ends: what is read must begin and end with a whole record.</summary>
    private static async Task<string> MarkAsync(Cluster cluster) => (string)(await cluster.SqlAsync("SELECT pg_logical_emit_message(true, 'bench', '')::text"))!;

    private async Task<(long Records, long Pages)> WalAsync()
    {
        object sizes = (await cluster.SqlAsync($"""
            SELECT ARRAY[coalesce(sum(record_size), 0), coalesce(sum(fpi_size), 0)]::bigint[]
            FROM pg_get_wal_stats('{wal}', '{await MarkAsync(cluster)}', per_record => true)
            WHERE "resource_manager/record_type" <> 'LogicalMessage/MESSAGE'
            """))!;
        return (((long[])sizes)[0], ((long[])sizes)[1]);
    }
}
