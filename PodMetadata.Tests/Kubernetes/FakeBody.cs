using Microsoft.AspNetCore.Http;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>The body of an answer that a fault cuts or slows down.</summary>
/// <param name="context">The request.</param>
/// <param name="inner">Where the body goes.</param>
/// <param name="cut">The number of bytes before the cut, given those that are to be written next; null when it does not come in them.</param>
/// <param name="bytesPerSecond">How fast; null for at once.</param>
internal sealed class FakeBody(HttpContext context, Stream inner, Func<ReadOnlyMemory<byte>, int?> cut, int? bytesPerSecond) : Stream
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cut(buffer) is int end)
        {
            await FakeConnection.CutAsync(context, inner, buffer[..end]);
        }

        int step = bytesPerSecond is int rate ? Math.Max(1, (int)(rate * Interval.TotalSeconds)) : Math.Max(1, buffer.Length);
        for (int start = 0; start < buffer.Length; start += step)
        {
            await inner.WriteAsync(buffer.Slice(start, Math.Min(step, buffer.Length - start)), cancellationToken);
            await inner.FlushAsync(cancellationToken);
            await Task.Delay(bytesPerSecond is null ? TimeSpan.Zero : Interval, cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
