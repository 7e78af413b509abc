using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>Answers lists: whole, or in pages of the version that the first page is of.</summary>
internal sealed class FakeLists(FakeObjects objects, FakeApiOptions options)
{
    private const int BufferSize = 64 * 1024;

    // The real server compresses what is longer than this, when it may.
    private const long CompressedFrom = 128 * 1024;

    private const string TooOld = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the "
        + "continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token "
        + "results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may "
        + "show up in the list.";

    public async Task WriteAsync(FakeRequest request, HttpContext context)
    {
        FakeContinue? from = request.Continue.Length == 0 ? null : FakeContinue.Parse(request.Continue);
        FakeEvent snapshot = from is null ? await FirstPageAsync(request, context.RequestAborted) : NextPage(request, from);
        ImmutableSortedSet<FakeObject> all = snapshot.Of(request.Resource);
        string prefix = request.Namespace.Length == 0 ? "" : request.Namespace + '/';
        int begin = Position(all, from?.Start ?? prefix);
        int end = prefix.Length == 0 ? all.Count : Position(all, request.Namespace + (char)('/' + 1));

        // The real server's cache, which a list from version 0 comes from, knows no pages.
        int limit = request.Version == 0 ? int.MaxValue : request.Limit ?? int.MaxValue;
        int pageEnd = end - begin > limit ? begin + limit : end;
        JsonObject metadata = new() { ["resourceVersion"] = $"{snapshot.Version}" };
        if (pageEnd < end)
        {
            metadata["continue"] = new FakeContinue(snapshot.Version, FakeContinue.After(all[pageEnd - 1].Key)).ToString();
            metadata["remainingItemCount"] = end - pageEnd;
        }

        context.Response.ContentType = "application/json";
        await WriteAsync(request.Resource, metadata, [.. Enumerable.Range(begin, pageEnd - begin).Select(i => all[i].Json)], context);
    }

    private async Task<FakeEvent> FirstPageAsync(FakeRequest request, CancellationToken cancellationToken)
    {
        if (request.Version is not > 0)
        {
            return objects.Last;
        }

        long version = request.Version.Value;
        await WaitForAsync(version, cancellationToken);
        return request.WantsExactVersion || request.Limit is not null
            ? objects.At(version) ?? throw FakeStatusException.Expired("The resourceVersion for the provided list is too old.")
            : objects.Last;
    }

    private FakeEvent NextPage(FakeRequest request, FakeContinue from)
    {
        if (request.Version is > 0)
        {
            throw FakeStatusException.BadRequest("specifying resource version is not allowed when using continue");
        }

        return from.Version < 0
            ? objects.Last
            : objects.At(from.Version) ?? throw FakeStatusException.Expired(TooOld, new FakeContinue(-1, from.Start).ToString());
    }

    private async Task WaitForAsync(long version, CancellationToken cancellationToken)
    {
        FakeEvent last = objects.Last;
        DateTimeOffset deadline = options.Time.GetUtcNow() + options.FreshnessTimeout;
        while (last.Version < version)
        {
            try
            {
                TimeSpan left = deadline - options.Time.GetUtcNow();
                last = await last.NextAsync().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, options.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                throw FakeStatusException.TooLarge(version, objects.Last.Version);
            }
        }
    }

    private static int Position(ImmutableSortedSet<FakeObject> all, string key)
    {
        int found = all.IndexOf(FakeObjects.Probe(FakeResource.Pods, "", key));
        return found < 0 ? ~found : found;
    }

    private static async Task WriteAsync(FakeResource resource, JsonObject metadata, byte[][] items, HttpContext context)
    {
        CancellationToken cancellationToken = context.RequestAborted;
        Stream body = context.Response.Body;
        bool isCompressed = items.Sum(item => (long)item.Length) > CompressedFrom
            && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal);
        if (isCompressed)
        {
            context.Response.Headers.ContentEncoding = "gzip";
            body = new GZipStream(body, CompressionLevel.Fastest);
        }

        BufferedStream buffered = new(body, BufferSize);
        await buffered.WriteAsync(Encoding.UTF8.GetBytes(
            $$"""{"kind":"{{resource.Kind}}List","apiVersion":"{{resource.ApiVersion}}","metadata":{{metadata.ToJsonString()}},"items":["""), cancellationToken);
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0)
            {
                await buffered.WriteAsync(","u8.ToArray(), cancellationToken);
            }

            await buffered.WriteAsync(items[i], cancellationToken);
        }

        await buffered.WriteAsync("]}\n"u8.ToArray(), cancellationToken);
        await buffered.FlushAsync(cancellationToken);
        if (isCompressed)
        {
            await body.DisposeAsync();
        }
    }
}
