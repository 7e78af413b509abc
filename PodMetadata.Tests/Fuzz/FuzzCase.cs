namespace PodMetadata.Tests.Fuzz;

/// <summary>The bytes of one request, and what was done to them.</summary>
/// <param name="Number">Its number: with the seed, all there is to know to make it again.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Request">The bytes.</param>
internal sealed record FuzzCase(int Number, string Kind, byte[] Request)
{
    /// <summary>The beginning of the request, readable.</summary>
    public override string ToString() => $"case {Number} ({Kind}): {Printable(Request)}";

    /// <summary>The first 1,000 bytes, with the unprintable ones escaped.</summary>
    public static string Printable(byte[] bytes) =>
        string.Concat(bytes.Take(1000).Select(octet => octet is >= 0x20 and < 0x7f ? ((char)octet).ToString() : octet == '\n' ? "\\n\n" : $"\\x{octet:x2}"));
}
