using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace PodMetadata.Tests.Bench;

/// <summary>A keep-alive connection to the service that takes little CPU time itself: its calls block, a request is copied together from bytes
/// that exist, and an answer is read to its end and forgotten. Every answer must be a 200.</summary>
internal sealed partial class RawClient(Uri address) : IDisposable
{
    // Less than Kestrel keeps a connection that nothing comes over.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromMinutes(2);

    // The connections of one thread share it.
    [ThreadStatic]
    private static byte[]? buffer;

    private Socket? socket;
    private long used;

    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    private static byte[] Buffer => buffer ??= new byte[128 * 1024];

    public void Get(string path) => Exchange(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n", Buffer));

    /// <summary>Posts a body of JSON, given in parts.</summary>
    public void Post(string path, params ReadOnlySpan<byte[]> parts)
    {
        int length = 0;
        foreach (byte[] part in parts)
        {
            length += part.Length;
        }

        int end = Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n", Buffer);
        foreach (byte[] part in parts)
        {
            part.CopyTo(Buffer, end);
            end += part.Length;
        }

        Exchange(end);
    }

    public void Dispose() => socket?.Dispose();

    [GeneratedRegex(@"(?<=\nContent-Length: )\d+")]
    private static partial Regex ContentLength();

    private void Exchange(int length)
    {
        if (socket is null || Stopwatch.GetElapsedTime(used) > MaxIdle)
        {
            Connect();
        }

        used = Stopwatch.GetTimestamp();
        for (int sent = 0; sent < length;)
        {
            sent += socket!.Send(Buffer.AsSpan(sent, length - sent));
        }

        int end = 0;
        int head;
        do
        {
            end += Receive(end);
            head = Buffer.AsSpan(0, end).IndexOf(EndOfHead);
        }
        while (head < 0);

        string lines = Encoding.ASCII.GetString(Buffer, 0, head);
        if (!lines.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The service answered: {Encoding.UTF8.GetString(Buffer, 0, end)}");
        }

        Match known = ContentLength().Match(lines);
        if (known.Success)
        {
            SkipBytes(int.Parse(known.ValueSpan, null) - (end - head - EndOfHead.Length));
        }
        else
        {
            SkipChunks(end);
        }
    }

    private void SkipBytes(int left)
    {
        while (left > 0)
        {
            left -= Receive(0);
        }
    }

    // JSON has no line breaks within its texts, and the service writes none between them: only the last chunk is like this.
    private void SkipChunks(int end)
    {
        ReadOnlySpan<byte> last = "\r\n0\r\n\r\n"u8;
        while (!Buffer.AsSpan(0, end).EndsWith(last))
        {
            Buffer.AsSpan(end - last.Length, last.Length).CopyTo(Buffer);
            end = last.Length + Receive(last.Length);
        }
    }

    private int Receive(int at) =>
        socket!.Receive(Buffer.AsSpan(at)) is > 0 and int count ? count : throw new InvalidOperationException("The service closed a connection.");

    private void Connect()
    {
        socket?.Dispose();
        socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000 };
        socket.Connect(IPAddress.Parse(address.Host), address.Port);
    }
}
