using System.Globalization;
using CsCheck;
using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

/// <summary>The rule of pod_ip against a second reading of addresses and a second writer of their canonical form.</summary>
public sealed class PodAddressPropertyTests
{
    private static readonly Gen<int[]> Quads = Gen.Frequency((3, Gen.Int[0, 255]), (1, Gen.OneOf(0, 1, 10, 255))).Array[4];

    private static readonly Gen<int[]> Groups = Gen.Frequency(
        (6, Gen.Frequency((1, Gen.Int[0, 0xffff]), (1, Gen.Const(0)), (1, Gen.Int[0, 0xff])).Array[8]),
        (1, Gen.Int[0, 0xffff].Array[2].Select(last => new[] { 0, 0, 0, 0, 0, 0xffff, last[0], last[1] })));

    // Any of an address's forms: letters of both cases, zeros in front of groups, any run of zeros left out, the last 32 bits dotted.
    private static readonly Gen<string> Forms = Gen.Select(Groups, Gen.Int[0, int.MaxValue], Form);

    private static readonly Gen<string> Dotted = Quads.Select(parts => string.Join('.', parts));

    [Test]
    public void A_dotted_quad_is_its_own_canonical_form() => Dotted.Sample(text => PodAddress.Parse(text) == text, iter: 10_000);

    [Test]
    public void A_zero_in_front_of_a_part_is_refused() =>
        Gen.Select(Quads, Gen.Int[0, 3], Gen.OneOf("", "::ffff:", "64:ff9b::")).Sample(
            (parts, at, before) => !PodAddress.TryParse(before + string.Join('.', parts.Select((part, i) => (i == at ? "0" : "") + part)), out _), iter: 5_000);

    [Test]
    public void A_zone_index_is_refused() =>
        Gen.Select(Forms, Gen.OneOf("%", "%1", "%eth0", "%25eth0", "%0")).Sample((text, zone) => !PodAddress.TryParse(text + zone, out _), iter: 5_000);

    [Test]
    public void Every_form_of_an_address_has_its_canonical_form() => Forms.Sample(SameReading, iter: 50_000);

    [Test]
    public void Nonsense_is_refused_or_read_as_it_stands() =>
        Gen.OneOf(Forms, Dotted).Mutated("0123456789abcdefABCDEFgx:.%/[] -+٣").Sample(SameReading, iter: 100_000);

    private static bool SameReading(string text)
    {
        int[]? expected = Read(text.Trim());
        bool taken = PodAddress.TryParse(text, out string? canonical);
        return taken == expected is not null && (expected is null || IsCanonical(canonical!, expected));
    }

    private static bool IsCanonical(string canonical, int[] groups)
    {
        bool mapped = groups[..5].All(group => group == 0) && groups[5] == 0xffff;
        string tail = $"{groups[6] >> 8}.{groups[6] & 255}.{groups[7] >> 8}.{groups[7] & 255}";
        return mapped ? canonical == tail
            // RFC 5952 leaves it open whether other addresses that end in an IPv4 address show it.
            : canonical == Canonical(groups) || (canonical.EndsWith(':' + tail, StringComparison.Ordinal) && Read(canonical)!.SequenceEqual(groups) && PodAddress.Parse(canonical) == canonical);
    }

    /// <summary>The canonical form (RFC 5952, section 4): the longest run of zero groups, of equals the first, is left out.</summary>
    private static string Canonical(int[] groups)
    {
        (int start, int length) = (0, 1);
        for (int i = 0; i < 8; i++)
        {
            int run = groups[i..].TakeWhile(group => group == 0).Count();
            (start, length) = run > length ? (i, run) : (start, length);
        }

        string Hex(IEnumerable<int> part) => string.Join(':', part.Select(group => group.ToString("x", CultureInfo.InvariantCulture)));
        return length == 1 ? Hex(groups) : $"{Hex(groups[..start])}::{Hex(groups[(start + length)..])}";
    }

    private static string Form(int[] groups, int seed)
    {
        Random random = new(seed);
        List<string> parts = [.. groups.Select(group =>
        {
            string hex = group.ToString("x", CultureInfo.InvariantCulture).PadLeft(random.Next(1, 5), '0');
            return random.Next(2) == 0 ? hex.ToUpperInvariant() : hex;
        })];
        bool dotted = random.Next(4) == 0;
        if (dotted)
        {
            parts.RemoveRange(6, 2);
            parts.Add($"{groups[6] >> 8}.{groups[6] & 255}.{groups[7] >> 8}.{groups[7] & 255}");
        }

        int start = random.Next(8);
        int run = groups[start..(dotted ? Math.Max(start, 6) : 8)].TakeWhile(group => group == 0).Count();
        if (run == 0)
        {
            return string.Join(':', parts);
        }

        int length = random.Next(1, run + 1);
        return string.Join(':', parts[..start]) + "::" + string.Join(':', parts[(start + length)..]);
    }

    /// <summary>The eight groups of an address (an IPv4 address is its mapped one), or null for what is none.</summary>
    private static int[]? Read(string text)
    {
        if (!text.Contains(':', StringComparison.Ordinal))
        {
            return Quad(text) is { } quad ? [0, 0, 0, 0, 0, 0xffff, .. quad] : null;
        }

        string[] halves = text.Split("::");
        if (halves.Length > 2)
        {
            return null;
        }

        int[]? first = Part(halves[0], last: halves.Length == 1);
        int[]? second = halves.Length == 2 ? Part(halves[1], last: true) : [];
        return first is null || second is null ? null
            : halves.Length == 1 ? (first.Length == 8 ? first : null)
            : first.Length + second.Length < 8 ? [.. first, .. new int[8 - first.Length - second.Length], .. second]
            : null;
    }

    private static int[]? Part(string text, bool last)
    {
        if (text.Length == 0)
        {
            return [];
        }

        List<int> groups = [];
        string[] parts = text.Split(':');
        for (int i = 0; i < parts.Length; i++)
        {
            if (last && i == parts.Length - 1 && parts[i].Contains('.', StringComparison.Ordinal))
            {
                if (Quad(parts[i]) is not { } quad)
                {
                    return null;
                }

                groups.AddRange(quad);
            }
            else if (parts[i].Length is < 1 or > 4 || !parts[i].All(char.IsAsciiHexDigit))
            {
                return null;
            }
            else
            {
                groups.Add(Convert.ToInt32(parts[i], 16));
            }
        }

        return [.. groups];
    }

    private static int[]? Quad(string text)
    {
        string[] parts = text.Split('.');
        return parts.Length == 4 && parts.All(part => part.Length is > 0 and < 4 && part.All(char.IsAsciiDigit) && (part is "0" || part[0] != '0') && int.Parse(part, CultureInfo.InvariantCulture) < 256)
            ? [(byte.Parse(parts[0], CultureInfo.InvariantCulture) << 8) | byte.Parse(parts[1], CultureInfo.InvariantCulture), (byte.Parse(parts[2], CultureInfo.InvariantCulture) << 8) | byte.Parse(parts[3], CultureInfo.InvariantCulture)]
            : null;
    }
}
