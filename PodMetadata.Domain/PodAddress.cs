using System.Buffers;
using System.Diagnostics.CodeAnalysis;
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

        canonical = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        return true;
    }

    /// <summary>The canonical form of an address that <see cref="TryParse"/> accepts.</summary>
    /// <exception cref="FormatException">The text is no address.</exception>
    public static string Parse(string? text) =>
        TryParse(text, out string? canonical) ? canonical : throw new FormatException("Not an IP address.");

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
