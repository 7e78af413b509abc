using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

public sealed class FieldRulesTests
{
    [TestCase(" web-0\t", ExpectedResult = "web-0")]
    [TestCase("a b", ExpectedResult = "a b")]
    [TestCase(" \r\n ", ExpectedResult = null)]
    [TestCase("", ExpectedResult = null)]
    [TestCase(null, ExpectedResult = null)]
    public string? White_space_around_a_text_does_not_count(string? text) => FieldRules.Trimmed(text);

    [TestCase("web-0")]
    [TestCase("...")]
    [TestCase("Ünïcode and spaces")]
    public void A_path_segment_is_a_name(string name) => Assert.That(FieldRules.NameProblem(name), Is.Null);

    [TestCase(null, "must not be blank.")]
    [TestCase(".", "must not be '.' or '..'.")]
    [TestCase("..", "must not be '.' or '..'.")]
    [TestCase("a/b", "must not contain '/' or '%'.")]
    [TestCase("a%62", "must not contain '/' or '%'.")]
    [TestCase("a\0b", "must not contain the NUL character.")]
    public void What_is_no_path_segment_is_no_name(string? name, string problem) => Assert.That(FieldRules.NameProblem(name), Is.EqualTo(problem));

    [Test]
    public void Lengths_count_characters_and_not_their_parts()
    {
        string emoji = string.Concat(Enumerable.Repeat("\U0001F680", FieldRules.MaxNameLength));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FieldRules.NameProblem(emoji), Is.Null);
            Assert.That(FieldRules.NameProblem(emoji + "x"), Is.EqualTo("must have at most 253 characters."));
        }
    }
}
