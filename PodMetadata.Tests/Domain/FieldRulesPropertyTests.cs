using CsCheck;
using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

public sealed class FieldRulesPropertyTests
{
    private static readonly Gen<string> AnyText = Gen.Select(
        Gen.OneOf(Gen.OneOf("a", "0", "-", ".", "/", "%", "\0", " ", "\t", "\u00a0", "\u2003", "\u0085", "é", "日", "😀", "e\u0301", "\u200b"), Gen.Char['!', '~'].Select(char.ToString)).Array[0, 12],
        Gen.Frequency((9, Gen.Const(1)), (1, Gen.Int[40, 300])),
        (parts, times) => string.Concat(Enumerable.Repeat(string.Concat(parts), times)));

    [Test]
    public void A_name_is_taken_just_when_a_path_can_hold_it_and_the_table_keep_it() =>
        AnyText.Sample(
            text =>
            {
                string? name = FieldRules.Trimmed(text);
                bool right = name is not null && name is not ("." or "..") && name.All(character => character is not ('/' or '%' or '\0')) && Characters(name) <= 253;
                return (FieldRules.NameProblem(name) is null) == right;
            },
            iter: 20_000);

    [Test]
    public void White_space_stays_inside_a_text_and_nowhere_else() =>
        AnyText.Sample(
            text => FieldRules.Trimmed(text) is { } trimmed
                ? !char.IsWhiteSpace(trimmed[0]) && !char.IsWhiteSpace(trimmed[^1]) && text.Contains(trimmed, StringComparison.Ordinal) && FieldRules.Trimmed(trimmed) == trimmed
                : text.All(char.IsWhiteSpace),
            iter: 20_000);

    [Test]
    public void A_text_is_as_long_as_its_code_points() =>
        Gen.Select(AnyText.Where(text => !text.Contains('\0', StringComparison.Ordinal)), Gen.Int[0, 300]).Sample(
            (text, length) => (FieldRules.Problem(text, length) is null) == (Characters(text) <= length), iter: 20_000);

    private static int Characters(string text) => text.Length - text.Count(char.IsLowSurrogate);
}
