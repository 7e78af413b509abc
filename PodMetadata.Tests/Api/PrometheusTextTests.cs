namespace PodMetadata.Tests.Api;

/// <summary>The reader of the metrics refuses what Prometheus would.</summary>
public sealed class PrometheusTextTests
{
    private const string Counter = "# TYPE a_total counter\n# HELP a_total A.\n";
    private const string Histogram = "# TYPE h histogram\n# HELP h H.\n";

    [Test]
    public void A_valid_text_is_read()
    {
        PrometheusText text = PrometheusText.Parse(
            $"{Counter}a_total{{x=\"\\\"\\\\\\n\"}} 1 1700000000000\na_total 2\n{Histogram}h_bucket{{le=\"1\"}} 1\nh_bucket{{le=\"+Inf\"}} 2\nh_sum 3\nh_count 2\n# EOF\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(text.Samples, Has.Count.EqualTo(6));
            Assert.That(text.Sum("a_total"), Is.EqualTo(3));
            Assert.That(text.Sum("a_total", ("x", "\\\"\\\\\\n")), Is.EqualTo(1));
        }
    }

    [TestCase(Counter + "a_total 1", Description = "the last line does not end")]
    [TestCase(Counter + "a_total 1\r\n")]
    [TestCase("a_total 1\n", Description = "no TYPE")]
    [TestCase("# TYPE a_total counter\na_total 1\n", Description = "no HELP")]
    [TestCase("# TYPE a counter\n# HELP a A.\na 1\n", Description = "no _total")]
    [TestCase(Counter + "# TYPE 1b gauge\n")]
    [TestCase("# TYPE a meter\n# HELP a A.\na 1\n")]
    [TestCase(Counter + "a_total -1\n")]
    [TestCase(Counter + "a_total one\n")]
    [TestCase(Counter + "a_total 1\na_total 2\n")]
    [TestCase(Counter + "a_total 1\n" + Counter)]
    [TestCase(Counter + Histogram + "a_total 1\n")]
    [TestCase(Counter + "a_total{x=\"1\",x=\"2\"} 1\n")]
    [TestCase(Counter + "a_total{x=\"1\",y=\"2\"} 1\na_total{y=\"2\",x=\"1\"} 1\n")]
    [TestCase(Counter + "a_total{x-y=\"1\"} 1\n")]
    [TestCase(Counter + "a_total{x=\"\\t\"} 1\n")]
    [TestCase(Counter + "a_total{x=\"\"\"} 1\n")]
    [TestCase(Histogram + "h_bucket{le=\"1\"} 1\nh_sum 3\nh_count 1\n", Description = "no +Inf")]
    [TestCase(Histogram + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 3\nh_count 1\n", Description = "not cumulative")]
    [TestCase(Histogram + "h_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 1\n")]
    [TestCase(Histogram + "h_bucket{le=\"+Inf\"} 1\nh_count 1\n", Description = "no sum")]
    public void An_invalid_text_is_refused(string text) => Assert.That(() => PrometheusText.Parse(text), Throws.TypeOf<FormatException>());
}
