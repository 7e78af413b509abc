using System.Collections.Concurrent;
using Npgsql;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>Which requests share a batch.</summary>
public sealed class RequestBatcherTests
{
    private static Deadline Patience => new(TimeProvider.System, TimeSpan.FromSeconds(10));

    private readonly ConcurrentQueue<string> served = new();
    private TaskCompletionSource hold = new();

    [SetUp]
    public void Begin()
    {
        served.Clear();
        hold = new TaskCompletionSource();
    }

    [Test]
    public async Task Who_comes_alone_is_served_at_once_and_alone()
    {
        RequestBatcher<string, string> batcher = new(1, 10, _ => 1, ServeAsync, DatabaseErrors.MayConcernOneRow);
        hold.SetResult();
        Assert.That(await RunAsync(batcher, "a"), Is.EqualTo("A"));
        Assert.That(await RunAsync(batcher, "b"), Is.EqualTo("B"));
        Assert.That(served, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void Who_comes_after_the_deadline_is_not_served()
    {
        RequestBatcher<string, string> batcher = new(1, 10, _ => 1, ServeAsync, DatabaseErrors.MayConcernOneRow);
        Assert.That(
            () => batcher.RunAsync("a", new Deadline(TimeProvider.System, TimeSpan.Zero), CancellationToken.None), Throws.TypeOf<TimeoutException>());
        Assert.That(served, Is.Empty);
    }

    [Test]
    public async Task Who_come_while_all_turns_are_taken_go_together_when_one_is_free()
    {
        RequestBatcher<string, string> batcher = new(2, 10, _ => 1, ServeAsync, DatabaseErrors.MayConcernOneRow);
        Task<string>[] answers = [.. new[] { "a", "b", "c", "d", "e" }.Select(request => RunAsync(batcher, request))];
        Assert.That(served, Is.EqualTo(new[] { "a", "b" }));
        hold.SetResult();
        Assert.That(await Task.WhenAll(answers), Is.EqualTo(new[] { "A", "B", "C", "D", "E" }));
        Assert.That(served, Is.EqualTo(new[] { "a", "b", "cde" }));
    }

    [Test]
    public async Task No_more_go_together_than_may_unless_one_alone_is_more()
    {
        RequestBatcher<string, string> batcher = new(1, 4, request => request.Length, ServeAsync, DatabaseErrors.MayConcernOneRow);
        Task<string>[] answers = [.. new[] { "a", "bbb", "c", "d", "eeeeeeee", "f" }.Select(request => RunAsync(batcher, request))];
        hold.SetResult();
        await Task.WhenAll(answers);
        Assert.That(served, Is.EqualTo(new[] { "a", "bbbc", "d", "eeeeeeee", "f" }));
    }

    [Test]
    public async Task One_that_fails_fails_no_other()
    {
        RequestBatcher<string, string> batcher = new(1, 10, _ => 1, ServeAsync, DatabaseErrors.MayConcernOneRow);
        Task<string>[] answers = [.. new[] { "a", "b", "poison", "c" }.Select(request => RunAsync(batcher, request))];
        hold.SetResult();
        Assert.That(async () => await answers[2], Throws.TypeOf<NotSupportedException>());
        Assert.That(await Task.WhenAll(answers[0], answers[1], answers[3]), Is.EqualTo(new[] { "A", "B", "C" }));
    }

    [Test]
    public async Task One_whose_page_is_damaged_fails_no_other()
    {
        RequestBatcher<string, string> batcher = new(1, 10, _ => 1, ServeAsync, DatabaseErrors.MayConcernOneRow);
        Task<string>[] answers = [.. new[] { "a", "b", "damaged" }.Select(request => RunAsync(batcher, request))];
        hold.SetResult();
        Assert.That(async () => await answers[2], Throws.TypeOf<PostgresException>());
        Assert.That(await Task.WhenAll(answers[..2]), Is.EqualTo(new[] { "A", "B" }));
    }

    [Test]
    public async Task One_that_hangs_when_it_is_tried_alone_keeps_the_turn_from_nobody()
    {
        TaskCompletionSource stuck = new();
        RequestBatcher<string, string> batcher = new(1, 10, _ => 1, async (requests, _) =>
        {
            await hold.Task;
            if (requests.Contains("stuck"))
            {
                await (requests.Length > 1 ? throw new NotSupportedException() : stuck.Task);
            }

            return requests;
        }, DatabaseErrors.MayConcernOneRow);
        Task<string>[] answers = [.. new[] { "a", "stuck", "b" }.Select(request => RunAsync(batcher, request))];
        hold.SetResult();
        Assert.That(await answers[2], Is.EqualTo("b"));
        Assert.That(await RunAsync(batcher, "c"), Is.EqualTo("c"));
        stuck.SetResult();
        Assert.That(await answers[1], Is.EqualTo("stuck"));
    }

    [Test]
    public void A_database_that_is_away_fails_all_of_them_at_once()
    {
        RequestBatcher<string, string> batcher = new(1, 10, _ => 1, ServeAsync, DatabaseErrors.MayConcernOneRow);
        Task<string>[] answers = [.. new[] { "a", "b", "away", "c" }.Select(request => RunAsync(batcher, request))];
        hold.SetResult();
        Assert.That(async () => await answers[1], Throws.TypeOf<TimeoutException>());
        Assert.That(async () => await answers[3], Throws.TypeOf<TimeoutException>());
        Assert.That(served, Is.EqualTo(new[] { "a", "bawayc" }));
    }

    [Test]
    public async Task Who_waits_too_long_is_told_so_and_never_served()
    {
        RequestBatcher<string, string> batcher = new(1, 10, _ => 1, ServeAsync, DatabaseErrors.MayConcernOneRow);
        Task<string> first = RunAsync(batcher, "a");
        Assert.That(async () => await batcher.RunAsync("late", new Deadline(TimeProvider.System, TimeSpan.FromMilliseconds(1)), CancellationToken.None), Throws.TypeOf<TimeoutException>());
        using CancellationTokenSource gone = new();
        Task<string> cancelled = batcher.RunAsync("gone", Patience, gone.Token);
        await gone.CancelAsync();
        Assert.That(async () => await cancelled, Throws.InstanceOf<OperationCanceledException>());
        hold.SetResult();
        await first;
        Assert.That(await RunAsync(batcher, "b"), Is.EqualTo("B"));
        Assert.That(served, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task In_a_crowd_each_ends_with_its_own_answer_or_failure_or_leaves_and_no_turn_is_lost()
    {
        const int Turns = 3;
        const int Most = 8;
        const int Count = 5000;
        Random random = new(4711);
        bool[] fails = [.. Enumerable.Range(0, Count).Select(_ => random.Next(20) == 0)];
        int[] leaves = [.. Enumerable.Range(0, Count).Select(_ => random.Next(-1500, 500))]; // after so many spins; most stay
        string[] ends = new string[Count];
        int inside = 0;
        bool together = false;
        RequestBatcher<int, string> batcher = new(Turns, Most, request => request < Count ? 1 : Most, CrowdAsync, DatabaseErrors.MayConcernOneRow);
        hold.SetResult();
        await Parallel.ForEachAsync(Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) => ends[i] = await EndAsync(i));

        string Own(int request) => $"{request} {(fails[request] ? "failed" : "answered")}";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Enumerable.Range(0, Count).Where(i => ends[i] != Own(i) && !(leaves[i] >= 0 && ends[i] == "left")).Select(i => (i, ends[i])), Is.Empty);
            Assert.That(ends, Has.Some.EqualTo("left").And.Some.EndsWith("failed"));
            Assert.That(together, "None went together.");
        }

        // Each of these takes a turn of its own, and keeps it until all have one.
        await Wait.UntilAsync(() => Task.FromResult(Volatile.Read(ref inside) == 0));
        hold = new TaskCompletionSource();
        Task<string>[] fresh = [.. Enumerable.Range(Count, Turns).Select(i => batcher.RunAsync(i, Patience, CancellationToken.None))];
        await Wait.UntilAsync(() => Task.FromResult(Volatile.Read(ref inside) == Turns));
        hold.SetResult();
        Assert.That(await Task.WhenAll(fresh), Is.EqualTo(Enumerable.Range(Count, Turns).Select(i => $"{i} answered")));

        async Task<string> EndAsync(int request)
        {
            using CancellationTokenSource gone = new();
            Task<string> answer = batcher.RunAsync(request, Patience, gone.Token);
            if (leaves[request] >= 0)
            {
                Thread.SpinWait(leaves[request]);
                await gone.CancelAsync();
            }

            try
            {
                return await answer;
            }
            catch (NotSupportedException failure)
            {
                return failure.Message;
            }
            catch (OperationCanceledException)
            {
                return "left";
            }
        }

        async Task<string[]> CrowdAsync(int[] requests, Deadline deadline)
        {
            Interlocked.Increment(ref inside);
            try
            {
                if (requests.Length > 1)
                {
                    Volatile.Write(ref together, true);
                }

                await Task.Yield();
                await hold.Task;
                int failing = Array.FindIndex(requests, request => request < Count && fails[request]);
                return failing < 0 ? Array.ConvertAll(requests, request => $"{request} answered") : throw new NotSupportedException($"{requests[failing]} failed");
            }
            finally
            {
                Interlocked.Decrement(ref inside);
            }
        }
    }

    private static Task<string> RunAsync(RequestBatcher<string, string> batcher, string request) => batcher.RunAsync(request, Patience, CancellationToken.None);

    private async Task<string[]> ServeAsync(string[] requests, Deadline deadline)
    {
        served.Enqueue(string.Concat(requests));
        await hold.Task;
        return requests.Contains("poison") ? throw new NotSupportedException()
            : requests.Contains("damaged") ? throw new PostgresException("invalid page in block 0", "ERROR", "ERROR", PostgresErrorCodes.DataCorrupted)
            : requests.Contains("away") ? throw new TimeoutException()
            : Array.ConvertAll(requests, request => request.ToUpperInvariant());
    }
}
