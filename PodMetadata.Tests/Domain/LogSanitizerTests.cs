using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

public sealed class LogSanitizerTests
{
    [TestCase(null, null)]
    [TestCase("web-0", "web-0")]
    [TestCase("größe 🐙", "größe 🐙")]
    [TestCase("a\nb\r\tc", "a\\u000ab\\u000d\\u0009c")]
    public void A_text_stays_on_its_line(string? text, string? shown) => Assert.That(LogSanitizer.Sanitize(text), Is.EqualTo(shown));

    // Not a case of the above: the test runner loses cases whose names hold such characters.
    [Test]
    public void What_a_terminal_would_obey_is_shown_instead() =>
        Assert.That(LogSanitizer.Sanitize("\u001b[2J\u0085\u2028\u2029\u202e"), Is.EqualTo("\\u001b[2J\\u0085\\u2028\\u2029\\u202e"));

    [Test]
    public void A_long_text_is_cut() => Assert.That(LogSanitizer.Sanitize(new string('x', 100_000)), Is.EqualTo(new string('x', 253) + "…"));
}
