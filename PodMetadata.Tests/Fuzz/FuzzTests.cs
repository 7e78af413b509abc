using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Fuzz;

/// <summary>Thousands of wrong requests. The seed is always the same here, so that the build does not depend on luck; scripts/fuzz
/// takes another each time.</summary>
public sealed class FuzzTests : ServiceTests
{
    private const int Workers = 16;
    private const int MaxLogLine = 2000;
    private const string Witnesses = "SELECT string_agg(p::text, E'\\n' ORDER BY pod_name) FROM pod_details AS p WHERE pod_name LIKE 'witness-%'";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);
    private static readonly int Cases = Setting("FUZZ_CASES", 1500);
    private static readonly int Seed = Setting("FUZZ_SEED", 1);
    private static readonly int First = Setting("FUZZ_FIRST", 1);

    private readonly ConcurrentQueue<string> wrong = new();
    private readonly ConcurrentDictionary<string, int> outcomes = new();
    private readonly ConcurrentDictionary<string, bool> stored = new();
    private TimeSpan longest;

    [Test]
    public async Task Whatever_is_sent_the_service_answers_as_it_should_and_keeps_what_it_has()
    {
        for (int i = 0; i < 20; i++)
        {
            await Service.UpsertAsync(PodJson.With($$"""{"pod_name":"witness-{{i}}","node_name":"witness-node","is_dead":{{(i % 2 == 0 ? "true" : "false")}}}"""));
        }

        object? before = await Service.SqlAsync(Witnesses);
        Stopwatch watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(First, Cases), new ParallelOptions { MaxDegreeOfParallelism = Workers }, async (number, _) => await TryAsync(FuzzCases.Make(Seed, number)));
        watch.Stop();
        await ReportAsync(watch.Elapsed);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(wrong.DistinctBy(problem => problem.Split('\n')[0]), Is.Empty, $"seed {Seed}; repeat a case with: scripts/fuzz 1 {Seed} <number of the case>");
            Assert.That(await Service.SqlAsync(Witnesses), Is.EqualTo(before));
            Assert.That((await Service.NamesAsync("/pod/info")).Where(name => !name.StartsWith("witness-", StringComparison.Ordinal) && !stored.ContainsKey(name)), Is.Empty, "stored, but not answered 200");
            Assert.That(Service.Log.GetSnapshot().Select(LogProblem).OfType<string>().Distinct().Take(10), Is.Empty);
        }
    }

    private async Task TryAsync(FuzzCase asked)
    {
        long start = Stopwatch.GetTimestamp();
        bool toHead = asked.Request.AsSpan().StartsWith("HEAD "u8);
        byte[] bytes = [];
        string outcome = "closed";
        try
        {
            bytes = await RawHttp.SendAsync(Service.Http.BaseAddress!.Port, asked.Request, Bound);
            if (bytes is [0, ..])
            {
                bytes = []; // a frame of HTTP/2, to its preface
            }

            foreach (FuzzAnswer answer in FuzzAnswer.ReadAll(bytes, toHead))
            {
                outcome = answer.Status.ToString(CultureInfo.InvariantCulture);
                if (FuzzOracle.Problem(asked, answer, toHead) is { } problem)
                {
                    Wrong(problem);
                }

                Remember(asked, answer);
            }
        }
        catch (TimeoutException exception)
        {
            outcome = "hang";
            Wrong(exception.Message);
        }
        catch (FormatException exception)
        {
            Wrong(exception.Message);
        }

        outcomes.AddOrUpdate($"{asked.Kind,-10} {outcome}", 1, (_, count) => count + 1);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        longest = took > longest ? took : longest;

        void Wrong(string problem) => wrong.Enqueue($"{problem}\n--- {asked}\n--- answer: {FuzzCase.Printable(bytes)}");
    }

    /// <summary>A pod may be stored only when a POST was answered with it.</summary>
    private void Remember(FuzzCase asked, FuzzAnswer answer)
    {
        if (answer.Status == 200 && asked.Request.AsSpan().StartsWith("POST "u8) && answer.Body.AsSpan().StartsWith("{\"pod_name\""u8))
        {
            using JsonDocument record = JsonDocument.Parse(answer.Body);
            stored[record.RootElement.GetProperty("pod_name").GetString()!] = true;
        }
    }

    private static string? LogProblem(FakeLogRecord line) =>
        line.Exception is not null ? $"logged with a stack trace: {line.Message}: {line.Exception}"
        : line.Level >= LogLevel.Error ? $"logged as an error: {line.Message}"
        : line.Message.Any(char.IsControl) ? $"a log line that can be forged: {FuzzCase.Printable(Encoding.UTF8.GetBytes(line.Message))}"
        : line.Message.Length > MaxLogLine ? $"a log line of {line.Message.Length} characters: {line.Message[..200]}"
        : line.Message.Contains(FuzzBodies.Canary, StringComparison.Ordinal) ? $"a log line with a manifest: {line.Message}"
        : null;

    private async Task ReportAsync(TimeSpan took)
    {
        StringBuilder report = new();
        report.AppendLine(CultureInfo.InvariantCulture, $"{Cases} cases from {First} on, seed {Seed}, {took.TotalSeconds:0.0} s, longest answer {longest.TotalMilliseconds:0} ms, {wrong.Count} wrong");
        foreach (KeyValuePair<string, int> outcome in outcomes.OrderBy(outcome => outcome.Key, StringComparer.Ordinal))
        {
            report.AppendLine(CultureInfo.InvariantCulture, $"{outcome.Key,-20}{outcome.Value,8}");
        }

        await File.WriteAllTextAsync(Path.Combine(TestDatabase.Root, ".local", "fuzz.txt"), report.ToString());
        await TestContext.Out.WriteAsync(report);
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
