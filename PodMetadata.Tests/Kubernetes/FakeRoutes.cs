using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>Answers requests: counts them, lets a fault have them, checks the token and the rights, and does what they ask.</summary>
internal sealed class FakeRoutes(FakeObjects objects, FakeAccess access, FakeFaults faults, FakeApiOptions options)
{
    private readonly FakeLists lists = new(objects, options);
    private readonly FakeWrites writes = new(objects, options.Time);
    private readonly ConcurrentDictionary<(FakeRequests Sort, string Resource), int> counts = new();
    private readonly ConcurrentDictionary<FakeWatch, bool> watches = new();

    /// <summary>The watches that are open.</summary>
    public IReadOnlyCollection<FakeWatch> Watches => [.. watches.Keys];

    /// <summary>Whether a version that is too old for a watch is answered with the status 410 instead of an event in a 200.</summary>
    public bool AnswersGone { get; set; }

    /// <summary>How many requests of some sorts there were for a resource.</summary>
    public int Count(FakeRequests requests, string resource) =>
        counts.Where(count => requests.HasFlag(count.Key.Sort) && count.Key.Resource == resource).Sum(count => count.Value);

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (FakeStatusException error)
        {
            await error.WriteAsync(context.Response);
        }
        catch (OperationCanceledException)
        {
            // The client went away, or a fault cut the connection.
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (FakeRequest.Parse(context.Request) is not { } request)
        {
            await WriteOtherAsync(context);
            return;
        }

        counts.AddOrUpdate((request.Sort, request.Resource.Plural), 1, (_, count) => count + 1);
        FakeFault? fault = faults.Take(request);
        if (fault?.Answer is { } answer)
        {
            await answer(context);
            return;
        }

        context.Response.Body = fault?.Body?.Invoke(context) ?? context.Response.Body;
        access.Check(request, context);
        switch (request.Verb)
        {
            case "list":
                await lists.WriteAsync(request, context);
                break;
            case "watch":
                await WatchAsync(request, context);
                break;
            case "get":
                await WriteAsync(context, StatusCodes.Status200OK, objects.Find(request.Resource, request.Namespace, request.Name)
                    ?? throw FakeStatusException.NotFound(request.Resource, request.Name));
                break;
            case "create":
                await WriteAsync(context, StatusCodes.Status201Created, await writes.CreateAsync(request, context));
                break;
            case "update":
                await WriteAsync(context, StatusCodes.Status200OK, await writes.UpdateAsync(request, context));
                break;
            default:
                await WriteAsync(context, StatusCodes.Status200OK, await writes.DeleteAsync(request, context));
                break;
        }
    }

    private async Task WatchAsync(FakeRequest request, HttpContext context)
    {
        using FakeWatch watch = new(request, context, faults, options);
        watches[watch] = true;
        try
        {
            await watch.RunAsync(objects, error => AnswersGone ? throw error : watch.WriteErrorAsync(error));
        }
        finally
        {
            watches.TryRemove(watch, out _);
        }
    }

    private static async Task WriteAsync(HttpContext context, int status, FakeObject answer)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync((byte[])[.. answer.ToBytes(), (byte)'\n'], context.RequestAborted);
    }

    private static Task WriteOtherAsync(HttpContext context)
    {
        (int status, string type, string text) = context.Request.Path.Value switch
        {
            "/readyz" => (StatusCodes.Status200OK, "text/plain; charset=utf-8", "ok"),
            "/version" => (StatusCodes.Status200OK, "application/json", """{"major":"1","minor":"36","gitVersion":"v1.36.0","platform":"linux/amd64"}"""),
            _ => (StatusCodes.Status404NotFound, "text/plain; charset=utf-8", "404 page not found\n"),
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text);
    }
}
