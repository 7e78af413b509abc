using System.Diagnostics;

namespace PodMetadata.Infrastructure;

/// <summary>Serves concurrent requests together: those that come while all turns are taken go out with one statement when a turn is free.
/// One that comes alone goes at once, alone.</summary>
/// <param name="turns">The most statements at the same time.</param>
/// <param name="most">The most that one statement takes, as <paramref name="weigh"/> measures it; a single request may be more.</param>
/// <param name="weigh">What a request counts.</param>
/// <param name="serve">Serves requests, and answers them in their order.</param>
/// <param name="key">What two requests of one statement must not have in common: the later one goes with a later statement.</param>
internal sealed class Combiner<TRequest, TAnswer>(
    int turns, int most, Func<TRequest, int> weigh, Func<TRequest[], Task<TAnswer[]>> serve, Func<TRequest, string>? key = null)
{
    private readonly Lock gate = new();
    private readonly Queue<Waiting> queue = new();
    private int taken;

    /// <summary>The answer to a request, or what its statement threw.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">How long it may take; one that has not begun by then never does.</param>
    /// <param name="cancellationToken">Gives up, likewise.</param>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task<TAnswer> RunAsync(TRequest request, TimeSpan limit, CancellationToken cancellationToken)
    {
        Waiting waiting = new(request);
        if (TryEnter(waiting))
        {
            _ = ServeAsync();
        }

        try
        {
            return await waiting.Task.WaitAsync(limit, cancellationToken);
        }
        finally
        {
            waiting.TrySetCanceled(CancellationToken.None);
        }
    }

    /// <summary>Joins the queue; whether a turn is free for it.</summary>
    private bool TryEnter(Waiting waiting)
    {
        lock (gate)
        {
            queue.Enqueue(waiting);
            bool free = taken < turns;
            taken += free ? 1 : 0;
            return free;
        }
    }

    private async Task ServeAsync()
    {
        while (Next() is { Length: > 0 } together)
        {
            await ServeAsync(together);
        }
    }

    private async Task ServeAsync(Waiting[] together)
    {
        Activity.Current = together[0].Activity; // not that of the request that took the turn
        try
        {
            TAnswer[] answers = await serve(Array.ConvertAll(together, waiting => waiting.Request));
            for (int i = 0; i < together.Length; i++)
            {
                together[i].TrySetResult(answers[i]);
            }
        }
        catch (Exception exception) when (together.Length > 1 && IsOfOne(exception))
        {
            // One of them may be to blame, and the others not. Who waits for it again keeps the turn from nobody.
            foreach (Waiting waiting in together.Where(waiting => !waiting.Task.IsCompleted))
            {
                _ = ServeAsync([waiting]);
            }
        }
        catch (Exception exception)
        {
            Array.ForEach(together, waiting => waiting.TrySetException(exception));
        }
    }

    private static bool IsOfOne(Exception exception) =>
        !DatabaseFaults.IsUnavailable(exception) || DatabaseFaults.IsContention(exception) || DatabaseFaults.IsServerFault(exception);

    /// <summary>Those whose turn it is, in the order they came; none gives the turn back.</summary>
    private Waiting[] Next()
    {
        List<Waiting> together = [];
        HashSet<string> keys = [];
        int weight = 0;
        lock (gate)
        {
            while (queue.TryPeek(out Waiting? waiting))
            {
                if (!waiting.Task.IsCompleted)
                {
                    weight += weigh(waiting.Request);
                    if ((together.Count > 0 && weight > most) || (key is not null && !keys.Add(key(waiting.Request))))
                    {
                        break;
                    }

                    together.Add(waiting);
                }

                queue.Dequeue();
            }

            taken -= together.Count == 0 ? 1 : 0;
        }

        return [.. together];
    }

    private sealed class Waiting(TRequest request) : TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TRequest Request { get; } = request;

        public Activity? Activity { get; } = Activity.Current;
    }
}
