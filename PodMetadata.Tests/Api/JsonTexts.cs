using System.Globalization;
using CsCheck;

namespace PodMetadata.Tests.Api;

/// <summary>Generates JSON values as texts: every escape, every size of number, repeated members, deep nesting.</summary>
internal static class JsonTexts
{
    private static readonly Gen<string> Digits = Gen.Frequency(
        (8, Gen.String[Gen.Char['0', '9'], 1, 6]),
        (2, Gen.String[Gen.Char['0', '9'], 15, 40]),
        (1, Gen.Select(Gen.Char['0', '9'], Gen.OneOf(308, 309, 400, 16383, 16384, 16400), (digit, length) => new string(digit, length))));

    private static readonly Gen<string> Exponent = Gen.Select(
        Gen.OneOf("e", "E", "e+", "e-", "E-"),
        Gen.Frequency((6, Gen.Int[0, 30]), (3, Gen.Int[290, 340]), (1, Gen.OneOf(16383, 16384, 32766, 32767, 131072, 999_999_999))).Select(number => number.ToString(CultureInfo.InvariantCulture)),
        Gen.OneOf("", "", "", "000"),
        (sign, number, zeros) => sign + zeros + number);

    private static readonly Gen<string> Number = Gen.Select(
        Gen.OneOf("", "", "-"),
        Digits.Select(digits => digits.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0"),
        Gen.OneOf(Gen.Const(""), Gen.Const(""), Digits.Select(digits => "." + digits)),
        Gen.OneOf(Gen.Const(""), Gen.Const(""), Exponent),
        (sign, whole, fraction, exponent) => sign + whole + fraction + exponent);

    private static readonly Gen<string> Character = Gen.Frequency(
        (20, Gen.OneOf("a", "Z", "0", " ", "é", "日", "😀", "\u2028", "/", "'", "\u007f", "\u200b", "\ufeff", "\ufffd")),
        (10, Gen.OneOf("\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0001", "\\u001f", "\\u00e9", "\\uD83D\\uDE00", "\\uffff", "\\\\u0000")),
        (3, Gen.Int[1, 0xd7ff].Select(code => $"\\u{code:x4}")),
        (1, Gen.OneOf("\\u0000", "\\ud83d", "\\udc00", "\\udc00\\ud800", "\\ud800\\u0061")));

    private static readonly Gen<string> Text = Character.Array[0, 6].Select(characters => $"\"{string.Concat(characters)}\"");

    private static readonly Gen<string> Space = Gen.OneOf("", "", "", " ", "\n\t", "\r\n ");

    private static readonly Gen<string> Scalar = Gen.Frequency((3, Number), (3, Text), (1, Gen.OneOf("true", "false", "null", "{}", "[]")));

    /// <summary>Values nested up to 64 levels deep, now and then deeper.</summary>
    public static readonly Gen<string> Values = Gen.Select(
        Gen.Recursive<string>((depth, inner) => depth > 3 ? Scalar : Gen.Frequency(
            (2, Scalar),
            (1, Gen.Select(inner, Space, (value, space) => value + space).Array[0, 4].Select(items => $"[{string.Join(',', items)}]")),
            (2, Gen.Select(Gen.OneOf(Text, Gen.OneOf("\"a\"", "\"b\"", "\"\"")), Space, inner, (name, space, value) => $"{name}{space}:{space}{value}").Array[0, 4]
                .Select(members => $"{{{string.Join(',', members)}}}")))),
        Gen.Frequency((6, Gen.Const(0)), (1, Gen.Int[50, 66])),
        Gen.Bool,
        (value, wraps, asArray) => asArray
            ? new string('[', wraps) + value + new string(']', wraps)
            : string.Concat(Enumerable.Repeat("{\"n\":", wraps)) + value + new string('}', wraps));
}
