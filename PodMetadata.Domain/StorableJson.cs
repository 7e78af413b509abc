using System.Text.Json;
using System.Text.Unicode;

namespace PodMetadata.Domain;

/// <summary>Which JSON can be kept whole by PostgreSQL's jsonb and read back by every client.</summary>
public static class StorableJson
{
    /// <summary>The most digits jsonb keeps behind the decimal point (PostgreSQL's numeric).</summary>
    private const int MaxFractionDigits = 16383;

    /// <summary>The most characters that numbers with an exponent may come to: jsonb writes them in full, <c>1e308</c> with 309 digits.</summary>
    private const int MaxWrittenOutLength = 4 * 1024 * 1024;

    /// <summary>What is wrong with a value, or null when nothing is.</summary>
    public static string? Problem(JsonText json)
    {
        ReadOnlySpan<byte> utf8 = json.Utf8.Span;
        if (!Utf8.IsValid(utf8))
        {
            return "must be valid UTF-8.";
        }

        int writtenOut = 0;
        Utf8JsonReader reader = new(utf8);
        while (reader.Read())
        {
            string? problem = reader.TokenType switch
            {
                JsonTokenType.String or JsonTokenType.PropertyName when reader.ValueIsEscaped => TextProblem(ref reader),
                JsonTokenType.Number => NumberProblem(reader.GetDouble(), reader.ValueSpan, ref writtenOut),
                _ => null,
            };
            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>What keeps a value from being an object of strings, or null when it is one.</summary>
    public static string? StringMapProblem(JsonText json)
    {
        Utf8JsonReader reader = new(json.Utf8.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "must be an object of strings.";
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                return "must be an object of strings: every value must be a string.";
            }
        }

        return Problem(json);
    }

    private static string? TextProblem(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!.Contains('\0') ? "must not contain the NUL character (\\u0000)." : null;
        }
        catch (InvalidOperationException)
        {
            return "must not contain half of a surrogate pair.";
        }
    }

    private static string? NumberProblem(double value, ReadOnlySpan<byte> number, ref int writtenOut)
    {
        int exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> mantissa = exponentAt < 0 ? number : number[..exponentAt];
        bool isZero = !mantissa.ContainsAnyInRange((byte)'1', (byte)'9');
        if (!double.IsFinite(value) || (value == 0 && !isZero))
        {
            return "must not contain a number outside the range of a double (IEEE 754 binary64).";
        }

        int point = mantissa.IndexOf((byte)'.');
        long fractionDigits = point < 0 ? 0 : mantissa.Length - point - 1;
        if (exponentAt >= 0)
        {
            if (!int.TryParse(number[(exponentAt + 1)..], out int exponent) || Math.Abs((long)exponent) > 2 * MaxFractionDigits)
            {
                return $"must not contain a number with an exponent beyond {2 * MaxFractionDigits}.";
            }

            fractionDigits -= exponent;
            writtenOut += mantissa.Length + Math.Abs(exponent);
        }

        return fractionDigits > MaxFractionDigits ? $"must not contain a number with more than {MaxFractionDigits} digits behind the decimal point."
            : writtenOut > MaxWrittenOutLength ? $"must not contain numbers that come to more than {MaxWrittenOutLength} characters when written without exponents."
            : null;
    }
}
