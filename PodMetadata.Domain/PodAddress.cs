using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PodMetadata.Domain;

/// <summary>IP addresses as pods have them. One address has one canonical form (RFC 5952), whatever form it came in.</summary>
public static class PodAddress
{
    private static readonly SearchValues<char> Ipv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>Reads an IPv4 dotted quad or an IPv6 literal; white space around it does not count.</summary>
    /// <param name="text">The address in any form; null is no address.</param>
    /// <param name="canonical">The canonical form; of an IPv4-mapped IPv6 address, that of the IPv4 address.</param>
    /// <returns>False for anything else, such as a zone index, a port, a prefix, leading zeros or fewer than four parts.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out string? canonical)
    {
        canonical = null;
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        if (trimmed.Contains(':'))
        {
            // The platform reads zone indexes, brackets and ports too, and is lax about an embedded IPv4 address.
            int lastColon = trimmed.LastIndexOf(':');
            ReadOnlySpan<char> tail = trimmed[(lastColon + 1)..];
            if (trimmed.ContainsAnyExcept(Ipv6Characters) || (tail.Contains('.') && !IsDottedQuad(tail)))
            {
                return false;
            }
        }
        else if (!IsDottedQuad(trimmed))
        {
            return false;
        }

        if (!IPAddress.TryParse(trimmed, out IPAddress? address))
        {
            return false;
        }

        canonical = address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString()
            : address.AddressFamily == AddressFamily.InterNetworkV6 ? WriteIpv6(address.GetAddressBytes())
            : address.ToString();
        return true;
    }

    /// <summary>The canonical form of an address that <see cref="TryParse"/> accepts.</summary>
    /// <exception cref="FormatException">The text is no address.</exception>
    public static string Parse(string? text) =>
        TryParse(text, out string? canonical) ? canonical : throw new FormatException("Not an IP address.");

    // The platform writes the end of some IPv6 addresses as an IPv4 address, such as fe80::5efe:192.0.2.1.
    private static string WriteIpv6(byte[] address)
    {
        string[] groups = [.. address.Chunk(2).Select(pair => BinaryPrimitives.ReadUInt16BigEndian(pair).ToString("x", CultureInfo.InvariantCulture))];
        int start = 0;
        int length = 1; // one group of zeros is written out
        for (int i = 0; i < groups.Length; i++)
        {
            int zeros = groups.Skip(i).TakeWhile(group => group is "0").Count();
            if (zeros > length)
            {
                (start, length) = (i, zeros);
            }
        }

        return length == 1
            ? string.Join(':', groups)
            : $"{string.Join(':', groups[..start])}::{string.Join(':', groups[(start + length)..])}";
    }

    private static bool IsDottedQuad(ReadOnlySpan<char> text)
    {
        int parts = 0;
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> part = text[range];
            if (part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9') || (part.Length > 1 && part[0] == '0'))
            {
                return false;
            }

            parts++;
        }

        return parts == 4 && IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork;
    }
}
