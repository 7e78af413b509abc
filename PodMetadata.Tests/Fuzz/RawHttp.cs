using System.Net;
using System.Net.Sockets;

namespace PodMetadata.Tests.Fuzz;

/// <summary>Sends bytes as they are, and takes what comes back.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>All that a server answers until it closes the connection. It is told that nothing more comes once it has been silent for
    /// a while: it may be waiting for the rest of a request that has none.</summary>
    /// <exception cref="TimeoutException">It did not close within <paramref name="bound"/>.</exception>
    public static async Task<byte[]> SendAsync(int port, byte[] request, TimeSpan bound)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        Task send = SendAsync(socket, request);
        using MemoryStream answer = new();
        using CancellationTokenSource timeout = new(bound);
        byte[] buffer = new byte[64 * 1024];
        bool ended = false;
        try
        {
            Task<int> read = socket.ReceiveAsync(buffer, SocketFlags.None, timeout.Token).AsTask();
            while (true)
            {
                if (!ended && await Task.WhenAny(read, Task.Delay(Patience, timeout.Token)) != read)
                {
                    ended = true;
                    socket.Shutdown(SocketShutdown.Send);
                }

                int count = await read;
                if (count == 0)
                {
                    break;
                }

                answer.Write(buffer, 0, count);
                read = socket.ReceiveAsync(buffer, SocketFlags.None, timeout.Token).AsTask();
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no end of the answer within {bound.TotalSeconds} s");
        }
        catch (SocketException)
        {
            // Refused in the middle of the request: what came until then is the answer.
        }

        await send;
        return answer.ToArray();
    }

    private static async Task SendAsync(Socket socket, byte[] request)
    {
        try
        {
            for (int sent = 0; sent < request.Length;)
            {
                sent += await socket.SendAsync(request.AsMemory(sent));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The server has answered already and closed.
        }
    }
}
