using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>The writing half of a client's connection. Bytes that are flushed are sent before the flush returns, which Kestrel's own transport does
/// not promise, so that a cut comes after exactly the bytes that were to come before it.</summary>
internal sealed class FakeConnection : NetworkStream, IDuplexPipe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private long sent;

    private FakeConnection(Socket socket, PipeReader input)
        : base(socket, ownsSocket: false)
    {
        Input = input;
        Output = PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));
    }

    private long Sent => Interlocked.Read(ref sent);

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public static void Attach(ConnectionContext connection)
    {
        FakeConnection own = new(connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket, connection.Transport.Input);
        connection.Features.Set(own);
        connection.Transport = own;
    }

    public static FakeConnection Of(HttpContext context) => context.Features.GetRequiredFeature<FakeConnection>();

    /// <summary>Sends the last bytes of a body, resets the connection and ends the request.</summary>
    public static async Task CutAsync(HttpContext context, Stream body, ReadOnlyMemory<byte> lastBytes)
    {
        FakeConnection connection = Of(context);
        long end = connection.Sent + lastBytes.Length;
        if (!lastBytes.IsEmpty)
        {
            await body.WriteAsync(lastBytes);
            await body.FlushAsync();
        }

        // With HTTP/2 a flush leaves the sending to another task.
        for (Stopwatch waited = Stopwatch.StartNew(); connection.Sent < end && waited.Elapsed < Patience;)
        {
            await Task.Delay(1);
        }

        connection.Cut();
        throw new OperationCanceledException("The connection was cut, as a fault wants it.");
    }

    /// <summary>Resets the connection at once.</summary>
    public void Cut() => Socket.Close(timeout: 0);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await base.WriteAsync(buffer, cancellationToken);
        Interlocked.Add(ref sent, buffer.Length);
    }
}
