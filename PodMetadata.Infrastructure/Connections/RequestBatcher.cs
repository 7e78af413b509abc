using System.Diagnostics;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>Executes concurrent requests in batches. A request that arrives below the concurrency limit starts at once; requests that arrive
/// at the limit wait, and the next batch takes all of them that fit.</summary>
/// <param name="maxConcurrency">The maximum number of batches in flight.</param>
/// <param name="maxWeight">The maximum total weight of a batch; a single request may exceed it.</param>
/// <param name="weigh">The weight of a request.</param>
/// <param name="execute">Executes a batch within a deadline and returns its results in order.</param>
/// <param name="isRetriedAlone">Whether one request may have caused the failure of a batch. Then each of its requests is retried alone.</param>
/// <param name="conflictKey">Requests with the same key never share a batch; the later one waits for a later batch.</param>
internal sealed class RequestBatcher<TRequest, TResult>(
    int maxConcurrency, int maxWeight, Func<TRequest, int> weigh, Func<TRequest[], Deadline, Task<TResult[]>> execute,
    Func<Exception, bool> isRetriedAlone, Func<TRequest, string>? conflictKey = null)
{
    private readonly Lock gate = new();
    private readonly Queue<Pending> queue = new();
    private int running;

    /// <summary>The result of a request, or the exception of its batch.</summary>
    /// <param name="request">The request.</param>
    /// <param name="deadline">A request that has not started by then never starts.</param>
    /// <param name="cancellationToken">Cancels the wait; a request that has not started never starts.</param>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public async Task<TResult> RunAsync(TRequest request, Deadline deadline, CancellationToken cancellationToken)
    {
        if (deadline.Remaining == TimeSpan.Zero)
        {
            throw new TimeoutException("The deadline passed before the request started.");
        }

        if (TryStart(request, deadline, out Pending pending))
        {
            _ = RunBatchesAsync();
        }

        try
        {
            return await deadline.WaitAsync(pending.Task, cancellationToken);
        }
        finally
        {
            pending.TrySetCanceled(CancellationToken.None);
        }
    }

    /// <summary>Queues a request; true when the concurrency limit allows another run of batches.</summary>
    private bool TryStart(TRequest request, Deadline deadline, out Pending pending)
    {
        lock (gate)
        {
            bool isFree = running < maxConcurrency;
            // A request that waits for nobody goes on in the thread that has its result: handing it to another takes a wake-up.
            pending = new(request, deadline, isFree && queue.Count == 0 ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
            queue.Enqueue(pending);
            running += isFree ? 1 : 0;
            return isFree;
        }
    }

    private async Task RunBatchesAsync()
    {
        while (TakeBatch() is { Length: > 0 } batch)
        {
            await ExecuteAsync(batch);
        }
    }

    private async Task ExecuteAsync(Pending[] batch)
    {
        Activity.Current = batch[0].Activity; // not that of the request that started the run
        try
        {
            Deadline latest = batch.MaxBy(pending => pending.Deadline.Remaining)!.Deadline;
            TResult[] results = await execute(Array.ConvertAll(batch, pending => pending.Request), latest);
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i].TrySetResult(results[i]);
            }
        }
        catch (Exception exception) when (batch.Length > 1 && isRetriedAlone(exception))
        {
            // Retries run outside the concurrency limit, so a request that waits for a lock again delays nobody else.
            foreach (Pending pending in batch.Where(pending => !pending.Task.IsCompleted))
            {
                _ = ExecuteAsync([pending]);
            }
        }
        catch (Exception exception)
        {
            Array.ForEach(batch, pending => pending.TrySetException(exception));
        }
    }

    /// <summary>Takes the next batch in order of arrival. An empty one ends the run.</summary>
    private Pending[] TakeBatch()
    {
        List<Pending> batch = [];
        HashSet<string> keys = [];
        int weight = 0;
        lock (gate)
        {
            while (queue.TryPeek(out Pending? pending))
            {
                if (!pending.Task.IsCompleted)
                {
                    weight += weigh(pending.Request);
                    if ((batch.Count > 0 && weight > maxWeight) || (conflictKey is not null && !keys.Add(conflictKey(pending.Request))))
                    {
                        break;
                    }

                    batch.Add(pending);
                }

                queue.Dequeue();
            }

            running -= batch.Count == 0 ? 1 : 0;
        }

        return [.. batch];
    }

    private sealed class Pending(TRequest request, Deadline deadline, TaskCreationOptions options) : TaskCompletionSource<TResult>(options)
    {
        public TRequest Request { get; } = request;

        public Deadline Deadline { get; } = deadline;

        public Activity? Activity { get; } = Activity.Current;
    }
}
