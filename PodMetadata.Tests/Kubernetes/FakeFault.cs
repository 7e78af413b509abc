using System.Text;
using Microsoft.AspNetCore.Http;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>What can go wrong with a request: instead of its answer, with the answer's body, or with a line of a watch.</summary>
internal sealed class FakeFault
{
    /// <summary>What is answered instead.</summary>
    public Func<HttpContext, Task>? Answer { get; private init; }

    /// <summary>What the answer's body is written to.</summary>
    public Func<HttpContext, Stream>? Body { get; private init; }

    /// <summary>What is done instead of writing a line of a watch.</summary>
    public Func<HttpContext, ReadOnlyMemory<byte>, Task>? Line { get; private init; }

    /// <summary>Whether it is for the end of a watch too.</summary>
    public bool IsForTheEnd { get; private init; }

    /// <summary>Whether it is only for lines with characters of more than one byte.</summary>
    public bool NeedsMultiByteCharacter { get; private init; }

    /// <summary>A Status object, in the words that the real server has for a status.</summary>
    public static FakeFault Status(int status, int? retryAfter = null) =>
        new() { Answer = context => FakeStatusException.Of(status, retryAfter, FakeRequest.Parse(context.Request)!).WriteAsync(context.Response) };

    /// <summary>A proxy's page.</summary>
    public static FakeFault Html(int status) => new()
    {
        Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<html><body><h1>Please log in</h1></body></html>\n");
        },
    };

    /// <summary>Other JSON than was asked for.</summary>
    public static FakeFault Json(string body) => new() { Answer = context => context.Response.WriteAsync(body) };

    /// <summary>An answer of 200 with nothing in it: a watch that ends at once.</summary>
    public static FakeFault Nothing() => new()
    {
        Answer = context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.CompleteAsync();
        },
    };

    /// <summary>No answer until the client goes away.</summary>
    public static FakeFault Hang() => new() { Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted) };

    /// <summary>A reset connection instead of an answer.</summary>
    public static FakeFault Cut() => new() { Answer = context => FakeConnection.CutAsync(context, context.Response.Body, default) };

    /// <summary>A reset connection after some bytes of the body.</summary>
    public static FakeFault CutAfter(int bytes) => new()
    {
        Body = context =>
        {
            long left = bytes;
            return new FakeBody(context, context.Response.Body, buffer => (left -= buffer.Length) <= 0 ? (int)(left + buffer.Length) : null, null);
        },
    };

    /// <summary>A reset connection after the first byte of the body's first character of more than one.</summary>
    public static FakeFault CutInCharacter() =>
        new() { Body = context => new FakeBody(context, context.Response.Body, buffer => InCharacter(buffer), null) };

    /// <summary>A body that comes slowly.</summary>
    public static FakeFault Drip(int bytesPerSecond) =>
        new() { Body = context => new FakeBody(context, context.Response.Body, _ => null, bytesPerSecond) };

    /// <summary>A reset connection after some bytes of a watch's next line.</summary>
    public static FakeFault CutLine(int afterBytes) => new()
    {
        Line = (context, line) => FakeConnection.CutAsync(context, context.Response.Body, line[..Math.Min(afterBytes, line.Length)]),
    };

    /// <summary>A reset connection after the first byte of a character of more than one, in a watch's next line that has one.</summary>
    public static FakeFault CutLineInCharacter() => new()
    {
        Line = (context, line) => FakeConnection.CutAsync(context, context.Response.Body, line[..InCharacter(line)!.Value]),
        NeedsMultiByteCharacter = true,
    };

    /// <summary>Another line instead of a watch's next line.</summary>
    public static FakeFault Garbage(string line = "{\"type\":\"ADDED\",\"obj") => new()
    {
        Line = (context, _) => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line + "\n")).AsTask(),
    };

    /// <summary>Nothing instead of a watch's next line: whoever reads never learns of that event.</summary>
    public static FakeFault Swallow() => new() { Line = (_, _) => Task.CompletedTask };

    /// <summary>A watch that from its next line on says nothing, whatever happens, and never ends.</summary>
    public static FakeFault Silence() => new()
    {
        Line = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted),
        IsForTheEnd = true,
    };

    /// <summary>Where a cut is within a character of more than one byte.</summary>
    public static int? InCharacter(ReadOnlyMemory<byte> text)
    {
        int first = text.Span.IndexOfAnyInRange((byte)0xC2, (byte)0xF4);
        return first < 0 ? null : first + 1;
    }
}
