using System.Net;

namespace PodMetadata.Tests.Faults;

/// <summary>Two instances on one database, which are replaced by another version one after the other, under the load of the faults. How long
/// answers take is printed and not judged: a process that has just been started is cold.</summary>
[Category("Faults")]
public sealed class UpgradeTests
{
    /// <summary>What the next release may add, in case that none of the two versions does.</summary>
    private const string Addition = """
        ALTER TABLE pod_details ADD COLUMN IF NOT EXISTS added_later text;
        INSERT INTO "__EFMigrationsHistory" VALUES ('99990101000000_AddLater', '10.0.0') ON CONFLICT DO NOTHING
        """;

    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestShutdown = TimeSpan.FromSeconds(20);

    private readonly Cluster cluster = new("upgrade");

    private readonly List<ServiceProcess> services = [];

    [OneTimeSetUp]
    public Task StartClusterAsync() => cluster.StartAsync();

    [OneTimeTearDown]
    public async Task RemoveClusterAsync()
    {
        foreach (ServiceProcess service in services)
        {
            await service.DisposeAsync();
        }

        await cluster.RemoveAsync();
    }

    [Test, Explicit("It takes long: scripts/faults runs it."), Category("LongFaults")]
    public async Task Instances_of_the_version_before_this_one_are_upgraded_one_by_one_and_back_again()
    {
        string before = (await TestDatabase.ScriptAsync("previous-version")).Trim();
        string now = typeof(Program).Assembly.Location;
        services.Add(await StartAsync(before)); // makes the schema
        services.Add(await StartAsync(before));
        await RollAsync("rolling upgrade", now);
        await RollAsync("back to the version before", before);
    }

    /// <summary>Ends each instance in turn and starts another version at its address, which migrates the database if it must.</summary>
    private async Task RollAsync(string name, string assembly)
    {
        await using Load load = new([.. services.Select(service => service.Address)]);
        await Task.Delay(Steady);
        for (int i = 0; i < services.Count; i++)
        {
            ServiceProcess old = services[i];
            ServiceProcess other = services[1 - i];
            old.Terminate(); // the load does not know yet
            await old.WaitForAsync(Load.Ready, HttpStatusCode.ServiceUnavailable);
            load.Ask(other.Address); // as a Service, which knows ready instances only
            Assert.That(await old.ExitCodeAsync(LongestShutdown), Is.Zero, () => old.Output);
            services[i] = await StartAsync(assembly, old.Address);
            load.Ask(other.Address, old.Address);
            await cluster.SqlAsync(Addition);
            await Task.Delay(Steady);
        }

        TimeSpan rolled = load.Now;
        await load.WaitUntilServedAsync(rolled);
        await load.StopAsync();

        string[] lost = load.Lost(await cluster.PodsAsync());
        FaultRow row = new(name, load.Answers, load.Recovery(rolled), lost.Length, restarts: services.Count(service => !service.IsRunning));
        row.Print();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lost, Is.Empty, "acknowledged writes are lost");
            Assert.That(row.Restarts, Is.Zero, () => string.Join('\n', services.Select(service => service.Output)));
            Assert.That(row.Others.Take(10), Is.Empty, () => $"answered neither 200 nor a complete 503; exceptions:\n{string.Join('\n', services.Select(service => service.Exceptions))}");
            Assert.That(load.Answers.Where(answer => answer.Outcome == Outcome.Cut).Take(10), Is.Empty, "lists broken off");
            Assert.That(row.Recovery, Is.LessThan(Load.Patience), "the time until all is served again");
        }
    }

    private async Task<ServiceProcess> StartAsync(string assembly, Uri? address = null)
    {
        ServiceProcess service = ServiceProcess.Start(cluster.ConnectionString, address, assembly, environment: ("ShutdownDelaySeconds", "2"));
        await service.WaitForAsync(Load.Ready, HttpStatusCode.OK);
        return service;
    }
}
