using System.Globalization;
using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

public sealed class PodTimeTests
{
    [TestCase("2026-05-12T10:32:14", "2026-05-12T10:32:14.0000000")]
    [TestCase("2026-05-12T10:32:14.1", "2026-05-12T10:32:14.1000000")]
    [TestCase("2026-05-12T10:32:14.123456", "2026-05-12T10:32:14.1234560")]
    [TestCase("2026-05-12T10:32:14.123456999", "2026-05-12T10:32:14.1234560")]
    [TestCase("2026-05-12T10:32:14Z", "2026-05-12T10:32:14.0000000")]
    [TestCase("2026-05-12T10:32:14+00:00", "2026-05-12T10:32:14.0000000")]
    [TestCase("2026-05-12T00:10:00+0530", "2026-05-11T18:40:00.0000000")]
    [TestCase("2026-05-12T23:00:00-02", "2026-05-13T01:00:00.0000000")]
    [TestCase("2026-05-12T10:00:00+23:59", "2026-05-11T10:01:00.0000000")]
    public void A_moment_is_read_as_UTC_to_the_microsecond(string text, string utc)
    {
        bool isMoment = PodTime.TryParse(text, out DateTime moment);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(isMoment, Is.True);
            Assert.That(moment.ToString("o", CultureInfo.InvariantCulture), Is.EqualTo(utc));
            Assert.That(moment.Kind, Is.EqualTo(DateTimeKind.Unspecified));
        }
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("now")]
    [TestCase("2026-05-12")]
    [TestCase("10:32:14")]
    [TestCase("2026-05-12 10:32:14")]
    [TestCase("2026-05-12T10:32")]
    [TestCase("2026-05-12T10:32:14.")]
    [TestCase("2026-05-12T10:32:14.1234567890")]
    [TestCase("2026-05-12T10:32:14,5")]
    [TestCase("2026-05-12T10:32:60")]
    [TestCase("2026-05-12T24:00:00")]
    [TestCase("2026-13-01T00:00:00")]
    [TestCase("2026-02-29T00:00:00")]
    [TestCase("0000-01-01T00:00:00")]
    [TestCase("12026-01-01T00:00:00")]
    [TestCase("2026-05-12T10:32:14+24:00")]
    [TestCase("2026-05-12T10:32:14+02:60")]
    [TestCase("2026-05-12T10:32:14 +02:00")]
    [TestCase("2026-05-12T10:32:14ZZ")]
    [TestCase("2026-05-12T10:32:14UTC")]
    [TestCase("0001-01-01T00:00:00+01:00")]
    [TestCase("9999-12-31T23:59:59-01:00")]
    [TestCase("٢٠٢٦-05-12T10:32:14")]
    public void What_is_no_moment_is_refused(string? text) => Assert.That(PodTime.TryParse(text, out _), Is.False);
}
