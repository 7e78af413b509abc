using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PodMetadata.Domain.Labels;

/// <summary>A Kubernetes label selector: a list of requirements that must all be met. An empty list selects everything.</summary>
/// <remarks>The grammar is that of Kubernetes' own parser (apimachinery's <c>labels.Parse</c>): <c>key</c>, <c>!key</c>, <c>key=value</c>,
/// <c>==</c>, <c>!=</c>, <c>key in (a,b)</c>, <c>key notin (a,b)</c>, <c>key&gt;1</c>, <c>key&lt;1</c>, separated by commas. A value may
/// be empty, and <c>()</c> contains the empty value. <c>!=</c> and <c>notin</c> also select objects without the key.</remarks>
public sealed class LabelSelector
{
    private const string Special = "=!(),<>";
    private const string Name = "at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends";
    private const int MostQuoted = 40;

    private LabelSelector(ImmutableArray<LabelRequirement> requirements) => Requirements = requirements;

    /// <summary>The requirements, in the order they were written.</summary>
    public ImmutableArray<LabelRequirement> Requirements { get; }

    /// <summary>Reads a selector.</summary>
    /// <param name="text">The text; blank selects everything.</param>
    /// <param name="selector">The selector.</param>
    /// <param name="problem">What is wrong and where, when the text is not a selector.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out LabelSelector? selector, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            selector = new LabelSelector(new Parser(text).Read());
            problem = null;
            return true;
        }
        catch (FormatException exception)
        {
            selector = null;
            problem = exception.Message;
            return false;
        }
    }

    /// <summary>A recursive-descent parser of the requirements.</summary>
    private sealed class Parser
    {
        private readonly string text;
        private int start;
        private int end;

        public Parser(string text)
        {
            this.text = text;
            Advance();
        }

        private ReadOnlySpan<char> Token => text.AsSpan(start, end - start);

        private bool AtEnd => start == text.Length;

        private bool AtWord => !AtEnd && !Special.Contains(text[start]);

        public ImmutableArray<LabelRequirement> Read()
        {
            ImmutableArray<LabelRequirement>.Builder requirements = ImmutableArray.CreateBuilder<LabelRequirement>();
            if (AtEnd)
            {
                return [];
            }

            do
            {
                requirements.Add(ReadRequirement());
            }
            while (Take(","));
            return AtEnd ? requirements.DrainToImmutable() : throw Wrong("a comma or the end");
        }

        private LabelRequirement ReadRequirement()
        {
            bool isAbsent = Take("!");
            string key = ReadKey();
            if (isAbsent || AtEnd || Token is ",")
            {
                return new LabelRequirement(key, isAbsent ? LabelOperator.DoesNotExist : LabelOperator.Exists, []);
            }

            return Take("=") || Take("==") ? new LabelRequirement(key, LabelOperator.In, [ReadValue()])
                : Take("!=") ? new LabelRequirement(key, LabelOperator.NotIn, [ReadValue()])
                : Take("in") ? new LabelRequirement(key, LabelOperator.In, ReadValues())
                : Take("notin") ? new LabelRequirement(key, LabelOperator.NotIn, ReadValues())
                : Take(">") ? new LabelRequirement(key, LabelOperator.GreaterThan, [ReadInteger()])
                : Take("<") ? new LabelRequirement(key, LabelOperator.LessThan, [ReadInteger()])
                : throw Wrong("=, ==, !=, in, notin, < or >");
        }

        private string ReadKey()
        {
            if (!AtWord)
            {
                throw Wrong("the key of a label");
            }

            return LabelSyntax.IsKey(Token)
                ? TakeToken()
                : throw Wrong($"the key of a label ({Name}, and before it perhaps a DNS subdomain and '/')");
        }

        private string ReadValue() =>
            AtEnd || Token is "," or ")" ? ""
            : AtWord && LabelSyntax.IsValue(Token) ? TakeToken()
            : throw Wrong($"the value of a label ({Name})");

        private ImmutableArray<string> ReadValues()
        {
            if (!Take("("))
            {
                throw Wrong("'('");
            }

            SortedSet<string> values = new(StringComparer.Ordinal);
            do
            {
                values.Add(ReadValue());
            }
            while (Take(","));
            return Take(")") ? [.. values] : throw Wrong("a comma or ')'");
        }

        // It must also be a valid label value, which cannot begin with a sign.
        private string ReadInteger() =>
            AtWord && LabelSyntax.IsValue(Token) && long.TryParse(Token, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? TakeToken()
                : throw Wrong($"an integer from 0 to {long.MaxValue}");

        private string TakeToken()
        {
            string token = Token.ToString();
            Advance();
            return token;
        }

        private bool Take(string token)
        {
            bool isNext = Token.SequenceEqual(token);
            if (isNext)
            {
                Advance();
            }

            return isNext;
        }

        private void Advance()
        {
            for (start = end; start < text.Length && text[start] is (' ' or '\t' or '\r' or '\n');)
            {
                start++;
            }

            end = start;
            if (AtEnd)
            {
                return;
            }

            if (Special.Contains(text[end]))
            {
                end += text.AsSpan(end) is ['=' or '!', '=', ..] ? 2 : 1;
                return;
            }

            while (end < text.Length && !Special.Contains(text[end]) && text[end] is not (' ' or '\t' or '\r' or '\n'))
            {
                end++;
            }
        }

        private FormatException Wrong(string expected)
        {
            string found = AtEnd ? "the end" : end - start > MostQuoted ? $"'{text.AsSpan(start, MostQuoted)}…'" : $"'{Token}'";
            return new($"is no label selector: at character {start + 1} there must be {expected}, not {found}.");
        }
    }
}
