using System.Collections.Immutable;
using PodMetadata.Domain.Labels;

namespace PodMetadata.Tests.Domain;

/// <summary>Label selectors as Kubernetes reads them.</summary>
public sealed class LabelSelectorTests
{
    private const int Seed = 20261124;

    // The selectors of https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/, how labels.Parse reads what they leave open,
    // and the example of its doc comment.
    [TestCase("environment=production", "environment=production")]
    [TestCase("environment = production", "environment=production")]
    [TestCase("tier != frontend", "tier!=frontend")]
    [TestCase("environment=production,tier!=frontend", "environment=production,tier!=frontend")]
    [TestCase("accelerator==nvidia-tesla-p100", "accelerator=nvidia-tesla-p100")]
    [TestCase("environment in (production, qa)", "environment in (production,qa)")]
    [TestCase("tier notin (frontend, backend)", "tier notin (backend,frontend)")]
    [TestCase("partition", "partition")]
    [TestCase("!partition", "!partition")]
    [TestCase("partition,environment notin (qa)", "partition,environment!=qa")]
    [TestCase("environment in (production),tier in (frontend)", "environment=production,tier=frontend")]
    [TestCase("environment,environment notin (frontend)", "environment,environment!=frontend")]
    [TestCase("", "")]
    [TestCase(" \t\r\n ", "")]
    [TestCase("a=", "a=")]
    [TestCase("a!=,b", "a!=,b")]
    [TestCase("a in (,b,)", "a in (,b)")]
    [TestCase("a in (b,b)", "a=b")]
    [TestCase("in in (in,notin)", "in in (in,notin)")]
    [TestCase("notin", "notin")]
    [TestCase("a=in", "a=in")]
    [TestCase("app.kubernetes.io/name=my-app", "app.kubernetes.io/name=my-app")]
    [TestCase("a>1,b<2", "a>1,b<2")]
    [TestCase("a>007,b<9223372036854775807", "a>007,b<9223372036854775807")]
    [TestCase("x in (foo,,baz),y,z notin ()", "x in (,baz,foo),y,z!=")]
    [TestCase("a in ()", "a=")]
    [TestCase("a in ( )", "a=")]
    [TestCase("a in(b)", "a=b")]
    [TestCase("! a", "!a")]
    public void What_it_reads(string text, string canonical) => Assert.That(Selectors.Spell(Parse(text)), Is.EqualTo(canonical));

    [TestCase("a,", 3, "the key of a label")]
    [TestCase(",a", 1, "the key of a label")]
    [TestCase("a b", 3, "=, ==, !=, in, notin, < or >")]
    [TestCase("a=b c", 5, "a comma or the end")]
    [TestCase("!a=b", 3, "a comma or the end")]
    [TestCase("!!a", 2, "the key of a label")]
    [TestCase("a in b", 6, "'('")]
    [TestCase("a in (", 7, "a comma or ')'")]
    [TestCase("a in", 5, "'('")]
    [TestCase("a in (b", 8, "a comma or ')'")]
    [TestCase("a in (b c)", 9, "a comma or ')'")]
    [TestCase("a=)", 3, "a comma or the end")]
    [TestCase("-a", 1, "the key of a label")]
    [TestCase("a/b/c", 1, "the key of a label")]
    [TestCase("/a", 1, "the key of a label")]
    [TestCase("A.b/c", 1, "the key of a label")]
    [TestCase("a=b_", 3, "the value of a label")]
    [TestCase("a=ä", 3, "the value of a label")]
    [TestCase("a\0=b", 1, "the key of a label")]
    [TestCase("a>b", 3, "an integer")]
    [TestCase("a>", 3, "an integer")]
    [TestCase("b<-2", 3, "an integer")]
    [TestCase("b>+5", 3, "an integer")]
    [TestCase("b>1.5", 3, "an integer")]
    [TestCase("b>9223372036854775808", 3, "an integer")]
    [TestCase("b>0000000000000000000000000000000000000000000000000000000000000001", 3, "an integer")]
    [TestCase("a=!b", 3, "the value of a label")]
    public void What_it_refuses(string text, int position, string expected)
    {
        Assert.That(LabelSelector.TryParse(text, out _, out string? problem), Is.False);
        Assert.That(problem, Does.Contain($"at character {position} there must be {expected}"));
    }

    [TestCase(63, true)]
    [TestCase(64, false)]
    public void How_long_names_and_values_may_be(int length, bool isRight)
    {
        string text = new('a', length);
        Assert.That(LabelSelector.TryParse($"{text}=b", out _, out _), Is.EqualTo(isRight));
        Assert.That(LabelSelector.TryParse($"b={text}", out _, out _), Is.EqualTo(isRight));
    }

    [Test]
    public void A_long_text_is_quoted_in_part() =>
        Assert.That(LabelSelector.TryParse(new string('-', 100_000), out _, out string? problem) ? "" : problem, Has.Length.LessThan(500));

    [TestCase("a=1", "a=1", true)]
    [TestCase("a=1", "a=2", false)]
    [TestCase("a=1", "b=1", false)]
    [TestCase("a!=1", "b=1", true)]
    [TestCase("a!=1", "a=1", false)]
    [TestCase("a notin (1,2)", "", true)]
    [TestCase("a notin (1,2)", "a=2", false)]
    [TestCase("a in (1,2)", "a=2", true)]
    [TestCase("a", "a=", true)]
    [TestCase("a=", "b=", false)]
    [TestCase("!a", "a=", false)]
    [TestCase("!a", "b=", true)]
    [TestCase("a>1", "a=2", true)]
    [TestCase("a>1", "a=1", false)]
    [TestCase("a>1", "a=x", false)]
    [TestCase("a<1", "", false)]
    [TestCase("a<1", "a=-5", true)]
    [TestCase("a>1", "a=9223372036854775807", true)]
    [TestCase("a>1", "a=9223372036854775808", false)]
    [TestCase("a<1", "a=-9223372036854775809", false)]
    [TestCase("a,!b", "a=1,b=1", false)]
    [TestCase("", "a=1", true)]
    public void What_it_selects(string selector, string labels, bool isSelected) =>
        Assert.That(
            Parse(selector).Select(
                labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(label => label.Split('=')).ToDictionary(label => label[0], label => label[1])),
            Is.EqualTo(isSelected));

    [Test]
    public void Any_selector_reads_back_as_itself()
    {
        Random random = new(Seed);
        string[] keys = ["a", "b-1", "in", "notin", "x.io/y", "Z_9"];
        for (int i = 0; i < 5000; i++)
        {
            string text = Selectors.Spell(Selectors.Any(random, keys, values: ["", "1", "in", "v.w"], integers: ["0", "7", "12"]));
            Assert.That(Selectors.Spell(Parse(text)), Is.EqualTo(text), $"case {i} of seed {Seed}");
        }
    }

    [Test]
    public void No_text_throws()
    {
        Random random = new(Seed);
        const string Characters = "ab1-_./=!(),<> \tin\0é";
        for (int i = 0; i < 50_000; i++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(12)).Select(_ => Characters[random.Next(Characters.Length)])]);
            if (LabelSelector.TryParse(text, out LabelSelector? selector, out _))
            {
                string spelt = Selectors.Spell(selector.Requirements);
                Assert.That(Selectors.Spell(Parse(spelt)), Is.EqualTo(spelt), text);
            }
        }
    }

    private static ImmutableArray<LabelRequirement> Parse(string text) =>
        LabelSelector.TryParse(text, out LabelSelector? selector, out string? problem) ? selector.Requirements : throw new AssertionException(problem);
}
