using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>One open watch: a line for each change after a version, in order, as fast as its reader reads.</summary>
internal sealed class FakeWatch(FakeRequest request, HttpContext context, FakeFaults faults, FakeApiOptions options) : IDisposable
{
    // Also as the real server: so that one who starts again after the end of a watch starts from almost now.
    private static readonly TimeSpan LastBookmark = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
    private readonly long start = request.Version ?? 0;

    private DateTimeOffset deadline;
    private DateTimeOffset bookmarkDue = DateTimeOffset.MaxValue;

    /// <summary>Ends it cleanly.</summary>
    public void End() => end.Cancel();

    /// <summary>Resets its connection.</summary>
    public void Cut() => FakeConnection.Of(context).Cut();

    public void Dispose() => end.Dispose();

    /// <summary>Writes the lines until the end.</summary>
    /// <param name="objects">The store.</param>
    /// <param name="expired">Answers a version that is too old.</param>
    public async Task RunAsync(FakeObjects objects, Func<FakeStatusException, Task> expired)
    {
        FakeEvent newest = objects.Last;
        FakeEvent? position = start == 0 ? newest : objects.At(start);
        if (position is null)
        {
            await expired(FakeStatusException.Expired($"too old resource version: {start} ({newest.Version})"));
            return;
        }

        context.Response.ContentType = "application/json";
        deadline = options.Time.GetUtcNow() + (request.Timeout ?? TimeSpan.FromMinutes(30));
        ScheduleBookmark();
        try
        {
            await context.Response.StartAsync();
            await context.Response.Body.FlushAsync();
            if (start == 0)
            {
                await WriteAllAsync(newest);
            }

            await FollowAsync(position);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested && end.IsCancellationRequested)
        {
            // the clean end
        }
    }

    public async Task WriteErrorAsync(FakeStatusException error)
    {
        context.Response.ContentType = "application/json";
        await WriteAsync(Encoding.UTF8.GetBytes($"{{\"type\":\"ERROR\",\"object\":{error.ToJson().ToJsonString(FakeStatusException.Relaxed)}}}\n"));
    }

    private async Task WriteAllAsync(FakeEvent newest)
    {
        foreach (FakeObject found in newest.Of(request.Resource).Where(IsWatched))
        {
            await WriteAsync(Line("ADDED", found));
        }
    }

    private async Task FollowAsync(FakeEvent position)
    {
        while (options.Time.GetUtcNow() is DateTimeOffset now && now < deadline)
        {
            if (position.Next is { } next)
            {
                position = next;
                if (next.Version > start && next.Changed is { } changed && changed.Resource == request.Resource && IsWatched(changed))
                {
                    await WriteAsync(Line(next.Type!, changed));
                }
            }
            else if (now >= bookmarkDue)
            {
                ScheduleBookmark();
                if (position.Version >= start)
                {
                    await WriteAsync(Bookmark(position.Version));
                }
            }
            else
            {
                await WaitAsync(position, (bookmarkDue < deadline ? bookmarkDue : deadline) - now);
            }
        }

        if (faults.TakeEnd(request)?.Line is { } fault)
        {
            await fault(context, default);
        }
    }

    private async Task WaitAsync(FakeEvent position, TimeSpan limit)
    {
        try
        {
            await position.NextAsync().WaitAsync(limit, options.Time, end.Token);
        }
        catch (TimeoutException)
        {
            // the time of a bookmark, or of the end
        }
    }

    private void ScheduleBookmark()
    {
        if (request.WantsBookmarks)
        {
            DateTimeOffset now = options.Time.GetUtcNow();
            DateTimeOffset regular = now + options.BookmarkInterval;
            DateTimeOffset last = deadline - LastBookmark;
            bookmarkDue = regular < last ? regular : last > now ? last : DateTimeOffset.MaxValue;
        }
    }

    private bool IsWatched(FakeObject found) => request.Namespace.Length == 0 || request.Namespace == found.Namespace;

    private async Task WriteAsync(byte[] line)
    {
        // A write that is canceled would abort the connection.
        end.Token.ThrowIfCancellationRequested();
        if (faults.Take(request, line)?.Line is { } fault)
        {
            await fault(context, line);
        }
        else
        {
            await context.Response.Body.WriteAsync(line);
        }

        await context.Response.Body.FlushAsync();
    }

    private static byte[] Line(string type, FakeObject changed) =>
        [.. Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":"), .. changed.Resource.Beginning, .. changed.Json.AsSpan(1), .. "}\n"u8];

    private byte[] Bookmark(long version)
    {
        JsonObject metadata = new() { ["resourceVersion"] = $"{version}", ["creationTimestamp"] = null };
        return [.. Encoding.UTF8.GetBytes("{\"type\":\"BOOKMARK\",\"object\":"), .. request.Resource.Beginning, .. Encoding.UTF8.GetBytes($"\"metadata\":{metadata.ToJsonString()}}}}}\n")];
    }
}
