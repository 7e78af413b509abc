using System.Globalization;
using System.Text.RegularExpressions;

namespace PodMetadata.Domain;

/// <summary>The moments in pod records: ISO 8601 in, UTC without a zone out.</summary>
public static partial class PodTime
{
    /// <summary>Reads <c>2026-05-12T10:32:14</c> with 0 to 9 fraction digits and no zone (UTC), <c>Z</c> or an offset.</summary>
    /// <param name="text">The text; white space around it does not count; null is no moment.</param>
    /// <param name="utc">UTC, cut to whole microseconds (what PostgreSQL keeps), of kind <see cref="DateTimeKind.Unspecified"/>.</param>
    /// <returns>False for anything else, a day that no calendar has included, and a moment outside the years 1 to 9999.</returns>
    public static bool TryParse(string? text, out DateTime utc)
    {
        utc = default;
        Match match = Iso8601().Match(text?.Trim() ?? "");
        if (!match.Success
            || !DateTime.TryParseExact(match.Groups["clock"].ValueSpan, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime clock)
            || !TryOffset(match, out TimeSpan offset))
        {
            return false;
        }

        long microseconds = match.Groups["fraction"] is { Success: true } fraction
            ? long.Parse(fraction.Value.PadRight(6, '0').AsSpan(0, 6), CultureInfo.InvariantCulture)
            : 0;
        long ticks = clock.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond) - offset.Ticks;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        utc = new DateTime(ticks, DateTimeKind.Unspecified);
        return true;
    }

    /// <summary>The moment of a clock, as records have it: UTC, whole microseconds, of kind <see cref="DateTimeKind.Unspecified"/>.</summary>
    public static DateTime Now(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        long ticks = time.GetUtcNow().UtcTicks;
        return new DateTime(ticks - (ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Unspecified);
    }

    private static bool TryOffset(Match match, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (!match.Groups["sign"].Success)
        {
            return true;
        }

        int hours = int.Parse(match.Groups["hours"].ValueSpan, CultureInfo.InvariantCulture);
        int minutes = match.Groups["minutes"] is { Success: true } group ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;
        offset = new TimeSpan(hours, minutes, 0) * (match.Groups["sign"].ValueSpan is "-" ? -1 : 1);
        return hours < 24 && minutes < 60;
    }

    [GeneratedRegex(
        @"\A(?<clock>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<fraction>[0-9]{1,9}))?(Z|(?<sign>[+-])(?<hours>[0-9]{2})(:?(?<minutes>[0-9]{2}))?)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Iso8601();
}
