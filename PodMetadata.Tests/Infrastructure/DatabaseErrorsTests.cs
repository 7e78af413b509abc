using Npgsql;
using PodMetadata.Infrastructure.Connections;

namespace PodMetadata.Tests.Infrastructure;

public sealed class DatabaseErrorsTests
{
    [TestCase("53300", TestName = "Too many connections")]
    [TestCase("40P01", TestName = "A deadlock")]
    [TestCase("57P01", TestName = "An administrator's shutdown")]
    [TestCase("57P02", TestName = "A crash of the server")]
    [TestCase("57P03", TestName = "A server that is starting")]
    [TestCase("57P04", TestName = "A database that was dropped")]
    [TestCase("57P05", TestName = "A session that was idle for too long")]
    [TestCase("42P01", TestName = "A missing table")]
    [TestCase("42703", TestName = "A missing column")]
    [TestCase("42883", TestName = "A missing function")]
    [TestCase("3D000", TestName = "A missing database")]
    [TestCase("28P01", TestName = "A wrong password")]
    [TestCase("28000", TestName = "A role that is gone")]
    [TestCase("58030", TestName = "A disk that fails")]
    [TestCase("XX000", TestName = "An error of the server itself")]
    [TestCase("42501", TestName = "A right that is missing")]
    public void What_the_server_cannot_do_now_is_unavailable(string sqlState) => AssertIs(Refusal(sqlState), unavailable: true, refusedValue: false);

    [Test]
    public void A_connection_that_fails_is_unavailable() => AssertIs(new NpgsqlException("refused"), unavailable: true, refusedValue: false);

    [Test]
    public void A_time_out_is_unavailable() => AssertIs(new TimeoutException(), unavailable: true, refusedValue: false);

    [TestCase("22P02", TestName = "Text of the wrong form")]
    [TestCase("22P05", TestName = "A character that cannot be kept")]
    [TestCase("22003", TestName = "A number out of range")]
    public void What_the_server_never_takes_is_a_refused_value(string sqlState) => AssertIs(Refusal(sqlState), unavailable: false, refusedValue: true);

    [TestCase("23505", TestName = "A duplicate key")]
    [TestCase("42601", TestName = "A syntax error")]
    public void Any_other_refusal_is_a_defect(string sqlState) => AssertIs(Refusal(sqlState), unavailable: false, refusedValue: false);

    [Test]
    public void Any_other_exception_is_a_defect() => AssertIs(new ArgumentException("?"), unavailable: false, refusedValue: false);

    private static PostgresException Refusal(string sqlState) => new("message", "ERROR", "ERROR", sqlState);

    // EF Core wraps what the driver throws.
    private static void AssertIs(Exception exception, bool unavailable, bool refusedValue)
    {
        foreach (Exception thrown in new[] { exception, new InvalidOperationException("wrapped", new InvalidOperationException("again", exception)) })
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That(DatabaseErrors.IsUnavailable(thrown), Is.EqualTo(unavailable));
                Assert.That(DatabaseErrors.IsRefusedValue(thrown), Is.EqualTo(refusedValue));
            }
        }
    }
}
