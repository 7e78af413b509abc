using System.Globalization;

namespace PodMetadata.Domain.Json;

/// <summary>Writes the numbers of one JSON value as jsonb does: without exponent, and with the fraction digits of the input
/// (PostgreSQL's numeric, https://www.postgresql.org/docs/current/datatype-numeric.html).</summary>
internal sealed class JsonbNumbers
{
    /// <summary>The maximum number of fraction digits in jsonb.</summary>
    private const int MaxFractionDigits = 16383;

    /// <summary>The maximum total length of the numbers with an exponent once written out: <c>1e308</c> has 309 characters.</summary>
    private const int MaxWrittenOutLength = 4 * 1024 * 1024;

    /// <summary>A number of at most this length, without exponent, is in the range of a double.</summary>
    private const int SurelyInRange = 300;

    private int writtenOut;

    /// <summary>Writes a number, or returns why it cannot be stored.</summary>
    public string? Write(ReadOnlySpan<byte> number, List<byte> text)
    {
        int exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> mantissa = exponentAt < 0 ? number : number[..exponentAt];
        bool isZero = !mantissa.ContainsAnyInRange((byte)'1', (byte)'9');
        if ((exponentAt >= 0 || number.Length > SurelyInRange) && !IsInRange(number, isZero))
        {
            return "must not contain a number outside the range of a double (IEEE 754 binary64).";
        }

        int exponent = 0;
        if (exponentAt >= 0)
        {
            if (!int.TryParse(number[(exponentAt + 1)..], out exponent) || Math.Abs((long)exponent) > 2 * MaxFractionDigits)
            {
                return $"must not contain a number with an exponent beyond {2 * MaxFractionDigits}.";
            }

            writtenOut += mantissa.Length + Math.Abs(exponent);
            if (writtenOut > MaxWrittenOutLength)
            {
                return $"must not contain numbers that come to more than {MaxWrittenOutLength} characters when written without exponents.";
            }
        }

        ReadOnlySpan<byte> digits = mantissa.TrimStart((byte)'-');
        int point = digits.IndexOf((byte)'.');
        int fractionDigits = Math.Max(0, (point < 0 ? 0 : digits.Length - point - 1) - exponent);
        if (fractionDigits > MaxFractionDigits)
        {
            return $"must not contain a number with more than {MaxFractionDigits} digits behind the decimal point.";
        }

        if (mantissa.Length > digits.Length && !isZero)
        {
            text.Add((byte)'-');
        }

        if (exponent == 0)
        {
            text.AddRange(digits);
        }
        else
        {
            WriteInFull(digits, (point < 0 ? digits.Length : point) + exponent, fractionDigits, text);
        }

        return null;
    }

    /// <summary>Writes digits with the decimal point where the exponent moves it.</summary>
    /// <param name="digits">The digits, with or without a point.</param>
    /// <param name="whole">How many digits precede the point; negative when zeros stand between the point and the first digit.</param>
    /// <param name="fraction">How many digits follow the point.</param>
    /// <param name="text">The output.</param>
    private static void WriteInFull(ReadOnlySpan<byte> digits, int whole, int fraction, List<byte> text)
    {
        byte[] all = new byte[Math.Max(whole, 1) + fraction];
        all.AsSpan().Fill((byte)'0');
        int at = all.Length - fraction - whole; // the position of the first digit
        foreach (byte digit in digits)
        {
            if (digit != '.')
            {
                all[at++] = digit;
            }
        }

        ReadOnlySpan<byte> wholeDigits = all.AsSpan(0, all.Length - fraction).TrimStart((byte)'0');
        text.AddRange(wholeDigits.IsEmpty ? "0"u8 : wholeDigits);
        if (fraction > 0)
        {
            text.Add((byte)'.');
            text.AddRange(all.AsSpan(all.Length - fraction));
        }
    }

    private static bool IsInRange(ReadOnlySpan<byte> number, bool isZero) =>
        double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && (value != 0 || isZero);
}
