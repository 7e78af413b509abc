using System.Text;
using System.Text.Json;
using PodMetadata.Domain.Json;

namespace PodMetadata.Tests.Domain;

public sealed class JsonTextTests
{
    [TestCase("12345678901234567890")]
    [TestCase("0.1")]
    [TestCase("-0")]
    [TestCase("1.7976931348623157e308")]
    [TestCase("5e-324")]
    [TestCase("0e0")]
    [TestCase("0.0e-300")]
    [TestCase("\"\\ud83d\\ude80\"")]
    [TestCase("\"\\\\u0000\"")]
    [TestCase("[null, true, {\"a\": {}}]")]
    public void What_jsonb_keeps_and_clients_read_is_fine(string json) => Assert.That(Problem(json), Is.Null);

    [TestCase("1e400", "range of a double")]
    [TestCase("-1e400", "range of a double")]
    [TestCase("1e-400", "range of a double")]
    [TestCase("[{\"a\": 1e999999999999}]", "range of a double")]
    [TestCase("0e99999", "exponent")]
    [TestCase("0e99999999999", "exponent")]
    [TestCase("\"\\u0000\"", "NUL")]
    [TestCase("{\"a\\u0000\": 1}", "NUL")]
    [TestCase("\"\\ud83d\"", "surrogate")]
    [TestCase("{\"\\ude80\": 1}", "surrogate")]
    public void What_would_be_lost_or_unreadable_is_refused(string json, string reason) => Assert.That(Problem(json), Does.Contain(reason));

    [TestCase(16383, ExpectedResult = null)]
    [TestCase(16384, ExpectedResult = "must not contain a number with more than 16383 digits behind the decimal point.")]
    public string? Fractions_have_an_end(int digits) => Problem("0." + new string('1', digits));

    [Test]
    public void Numbers_that_would_blow_up_when_written_out_are_refused() =>
        Assert.That(Problem($"[{string.Join(',', Enumerable.Repeat("1e300", 20_000))}]"), Does.Contain("written without exponents"));

    [TestCase("{}", ExpectedResult = null)]
    [TestCase("{\"a\": \"b\"}", ExpectedResult = null)]
    [TestCase("{\"a\": 1, \"a\": \"the last counts\"}", ExpectedResult = null)]
    [TestCase("{\"a\": 1}", ExpectedResult = "must be an object of strings: every value must be a string.")]
    [TestCase("{\"a\": null}", ExpectedResult = "must be an object of strings: every value must be a string.")]
    [TestCase("{\"a\": {\"b\": \"c\"}}", ExpectedResult = "must be an object of strings: every value must be a string.")]
    [TestCase("[\"a\"]", ExpectedResult = "must be an object of strings.")]
    [TestCase("\"a\"", ExpectedResult = "must be an object of strings.")]
    [TestCase("{\"a\": \"\\u0000\"}", ExpectedResult = "must not contain the NUL character (\\u0000).")]
    public string? Labels_are_an_object_of_strings(string json) => JsonText.From(json).StringMapProblem();

    // The rest is compared with what PostgreSQL says, in JsonRoundTripTests.
    [TestCase("{\"b\":1,\"aa\":2,\"a\":3,\"b\":{}}", ExpectedResult = "{\"a\": 3, \"b\": {}, \"aa\": 2}")]
    [TestCase("[1.50e1,-0,-0.0,1e3,5E-3,0.5e1]", ExpectedResult = "[15.0, 0, 0.0, 1000, 0.005, 5]")]
    [TestCase("\"\\/\\u00e9\\u0001\\n\"", ExpectedResult = "\"/é\\u0001\\n\"")]
    public string It_is_spelled_as_jsonb_spells_it(string json) => JsonText.From(json).ToString();

    [TestCase("1 2")]
    [TestCase("{} x")]
    public void One_text_is_one_value(string json) => Assert.That(() => JsonText.From(json), Throws.InstanceOf<JsonException>());

    [TestCase("{\"a\":\"\u00ff\",\"a\":1}")]
    [TestCase("{\"\u00ff\":1}")]
    [TestCase("\"\\n\u00ff\"")]
    public void Bytes_that_are_no_UTF_8_are_refused_wherever_they_are(string latin1)
    {
        Utf8JsonReader reader = new(Encoding.Latin1.GetBytes(latin1));
        reader.Read();
        Assert.That(JsonText.Read(ref reader).Problem, Is.EqualTo("must be valid UTF-8."));
    }

    private static string? Problem(string json) => JsonText.From(json).Problem;
}
