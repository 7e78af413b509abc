using System.Globalization;
using CsCheck;
using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

/// <summary>The rule of time_stamp against a second reading of it, in whole microseconds and without the platform's calendar.</summary>
public sealed class PodTimePropertyTests
{
    private const long MicrosecondsPerDay = 86_400_000_000;
    private const long End = 3_652_059 * MicrosecondsPerDay; // the first moment of the year 10000

    private static readonly int[] DaysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

    private static readonly Gen<string> Clock = Gen.Frequency(
        (8, Gen.DateTime.Select(moment => moment.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture))),
        (1, Gen.OneOf("0001-01-01T00:00:00", "9999-12-31T23:59:59", "2024-02-29T12:00:00", "1900-02-28T23:59:59", "2000-02-29T00:00:00")));

    private static readonly Gen<string> Fraction = Gen.OneOf(Gen.Const(""), Gen.String[Gen.Char['0', '9'], 1, 9].Select(digits => "." + digits));

    private static readonly Gen<string> Zone = Gen.OneOf(
        Gen.OneOf("", "Z"),
        Gen.Select(Gen.OneOf('+', '-'), Gen.Int[0, 23], Gen.Int[0, 59], Gen.Int[0, 2], (sign, hours, minutes, form) =>
            form switch { 0 => $"{sign}{hours:00}:{minutes:00}", 1 => $"{sign}{hours:00}{minutes:00}", _ => $"{sign}{hours:00}" }));

    private static readonly Gen<string> Moments = Gen.Select(Clock, Fraction, Zone, (clock, fraction, zone) => clock + fraction + zone);

    [Test]
    public void Every_moment_is_read_to_its_microsecond() => Moments.Sample(SameReading, iter: 20_000);

    [Test]
    public void Nonsense_is_refused_or_read_as_it_stands() => Moments.Mutated("0123456789-+:.,TZtz /Wе٣\0").Sample(SameReading, iter: 50_000);

    [Test]
    public void What_is_written_is_read_back() =>
        Moments.Where(text => Read(text) is not null).Sample(
            text => PodTime.TryParse(text, out DateTime moment)
                && PodTime.TryParse(moment.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture), out DateTime again)
                && again == moment,
            iter: 10_000);

    private static bool SameReading(string text)
    {
        long? expected = Read(text);
        bool taken = PodTime.TryParse(text, out DateTime utc);
        return taken == expected.HasValue && (!taken || utc.Ticks == expected * TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>The microseconds from the year 1 on, or null for what is no moment.</summary>
    private static long? Read(string text)
    {
        string rest = text.Trim();
        if (rest.Length < 19 || rest[4] != '-' || rest[7] != '-' || rest[10] != 'T' || rest[13] != ':' || rest[16] != ':'
            || Number(rest[..4]) is not { } year || Number(rest[5..7]) is not { } month || Number(rest[8..10]) is not { } day
            || Number(rest[11..13]) is not { } hour || Number(rest[14..16]) is not { } minute || Number(rest[17..19]) is not { } second
            || year < 1 || month is < 1 or > 12 || hour > 23 || minute > 59 || second > 59)
        {
            return null;
        }

        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        if (day < 1 || day > DaysBeforeMonth[month] - DaysBeforeMonth[month - 1] + (leap && month == 2 ? 1 : 0))
        {
            return null;
        }

        rest = rest[19..];
        int microseconds = 0;
        if (rest.StartsWith('.'))
        {
            int length = rest.Skip(1).TakeWhile(char.IsAsciiDigit).Count();
            if (length is < 1 or > 9)
            {
                return null;
            }

            microseconds = Number(rest[1..(length + 1)].PadRight(6, '0')[..6])!.Value;
            rest = rest[(length + 1)..];
        }

        if (Offset(rest) is not { } offset)
        {
            return null;
        }

        long past = year - 1;
        long days = (past * 365) + (past / 4) - (past / 100) + (past / 400) + DaysBeforeMonth[month - 1] + (leap && month > 2 ? 1 : 0) + day - 1;
        long moment = (days * MicrosecondsPerDay) + ((((((hour * 60L) + minute - offset) * 60) + second) * 1_000_000) + microseconds);
        return moment is >= 0 and < End ? moment : null;
    }

    /// <summary>The minutes of a zone, or null for what is none.</summary>
    private static int? Offset(string zone)
    {
        if (zone is "" or "Z")
        {
            return 0;
        }

        string digits = zone.Length == 6 && zone[3] == ':' ? zone.Remove(3, 1) : zone;
        return zone[0] is '+' or '-' && digits.Length is 3 or 5
            && Number(digits[1..3]) is < 24 and { } hours && Number(digits.Length == 5 ? digits[3..] : "00") is < 60 and { } minutes
            ? ((hours * 60) + minutes) * (zone[0] == '-' ? -1 : 1)
            : null;
    }

    private static int? Number(string digits) =>
        digits.All(char.IsAsciiDigit) ? digits.Aggregate(0, (number, digit) => (number * 10) + (digit - '0')) : null;
}
