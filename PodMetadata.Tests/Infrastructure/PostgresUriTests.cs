using Npgsql;
using PodMetadata.Infrastructure;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

public sealed class PostgresUriTests
{
    [TestCase("postgresql://db", "Host=db")]
    [TestCase("postgres://db/", "Host=db")]
    [TestCase("POSTGRES://db", "Host=db")]
    [TestCase(" postgresql://db/pods\n", "Host=db;Database=pods")]
    [TestCase("postgresql://db:/pods?", "Host=db;Database=pods")]
    [TestCase("postgresql://db:6543/pods", "Host=db;Port=6543;Database=pods")]
    [TestCase("postgresql://pods@db", "Username=pods;Host=db")]
    [TestCase("postgresql://pods:@db", "Username=pods;Host=db")]
    [TestCase("postgresql://pods:secret@db/pods", "Username=pods;Password=secret;Host=db;Database=pods")]
    [TestCase("postgresql://pods:a:b?c&d=e,f@db", "Username=pods;Password=\"a:b?c&d=e,f\";Host=db")]
    [TestCase("postgresql://a%40b:%2F%25%3b%27%22+%C3%A9%F0%9F%98%80@db/p%20q", "Username=a@b;Password=\"/%;'\"\"+\u00e9\U0001f600\";Host=db;Database=\"p q\"")]
    [TestCase("postgresql://[2001:db8::1]/pods", "Host=2001:db8::1;Database=pods")]
    [TestCase("postgresql://[::1]:6543", "Host=::1;Port=6543")]
    [TestCase("postgresql://%2Frun%2Fpostgresql:6543/pods", "Host=/run/postgresql;Port=6543;Database=pods")]
    [TestCase("postgresql://a,b:6543,[::1],[::2]:7000/pods", "Host=\"a:5432,b:6543,[::1]:5432,[::2]:7000\";Database=pods")]
    [TestCase("postgresql://a,b?target_session_attrs=read-write", "Host=\"a:5432,b:5432\";Target Session Attributes=read-write")]
    [TestCase("postgresql://db?target_session_attrs=any", "Host=db;Target Session Attributes=any")]
    [TestCase("postgresql://db?sslmode=disable", "Host=db;SSL Mode=Disable")]
    [TestCase("postgresql://db?sslmode=require", "Host=db;SSL Mode=Require")]
    [TestCase("postgresql://db?sslmode=verify-full&sslrootcert=/etc/my%20ca.crt", "Host=db;SSL Mode=VerifyFull;Root Certificate=/etc/my ca.crt")]
    [TestCase("postgresql://db?sslrootcert=/ca.crt&sslmode=require", "Host=db;Root Certificate=/ca.crt;SSL Mode=VerifyCA")]
    [TestCase("postgresql://db?connect_timeout=3&application_name=my%20pods", "Host=db;Timeout=3;Application Name=my pods")]
    public void A_URI_says_the_same_as_Npgsql_s_format(string uri, string keywords) =>
        Assert.That(
            new NpgsqlConnectionStringBuilder(PostgresUri.ToConnectionString(uri)),
            Is.EquivalentTo(new NpgsqlConnectionStringBuilder(keywords)));

    [TestCase("postgresql://", "must name its hosts")]
    [TestCase("postgresql:///pods", "must name its hosts")]
    [TestCase("postgresql://a,,b", "must name its hosts")]
    [TestCase("postgresql://a%2Cb", "must name its hosts")]
    [TestCase("postgresql://::1:5432", "must name its hosts")]
    [TestCase("postgresql://[::1", "must name its hosts")]
    [TestCase("postgresql://[db]", "must name its hosts")]
    [TestCase("postgresql://db:0", "must have ports")]
    [TestCase("postgresql://db:65536", "must have ports")]
    [TestCase("postgresql://db:-1", "must have ports")]
    [TestCase("postgresql://[::1]5432", "must have ports")]
    [TestCase("postgresql://pods:se/cret@db", "has an @ or a / that is not encoded")]
    [TestCase("postgresql://pods:se@cret@db", "has an @ or a / that is not encoded")]
    [TestCase("postgresql://pods:12/cret?x=@db", "has an @ or a / that is not encoded")]
    [TestCase("postgresql://pods:secret", "must have ports")]
    [TestCase("postgresql://pods:secret%@db", "has a password with a %")]
    [TestCase("postgresql://pods:%%41secret@db", "has a password with a %")]
    [TestCase("postgresql://pods:secret%4@db", "has a password with a %")]
    [TestCase("postgresql://pods:secret%zz@db", "has a password with a %")]
    [TestCase("postgresql://pods:secret%FF@db", "has a password with a %")]
    [TestCase("postgresql://pods:secret%00@db", "has a password with a %")]
    [TestCase("postgresql://%C3:secret@db", "has a user name with a %")]
    [TestCase("postgresql://db/%", "has a database with a %")]
    [TestCase("postgresql://db?sslrootcert=%", "has a parameter sslrootcert with a %")]
    [TestCase("postgresql://db?sslmode", "has a parameter that is not name=value.")]
    [TestCase("postgresql://db?=secret", "has a parameter that is not name=value.")]
    [TestCase("postgresql://db?sslmode=secret", "has the parameter sslmode, which must be one of disable, allow, prefer, require, verify-ca, verify-full.")]
    [TestCase("postgresql://db?sslmode=", "has the parameter sslmode, which must be one of")]
    [TestCase("postgresql://db?sslrootcert=system", "has the parameter sslrootcert, which must be a file.")]
    [TestCase("postgresql://a,b?target_session_attrs=secret", "has the parameter target_session_attrs, which must be one of any, read-write, read-only, primary, standby, prefer-standby.")]
    [TestCase("postgresql://db?connect_timeout=-1", "has the parameter connect_timeout, which must be a number of seconds from 0 to 1024.")]
    [TestCase("postgresql://db?connect_timeout=1025", "has the parameter connect_timeout, which must be a number of seconds from 0 to 1024.")]
    [TestCase("postgresql://db?password=secret", "has the parameter password, which is not supported")]
    [TestCase("postgresql://db?SSLMODE=require", "has a parameter that is not name=value.")]
    public void A_URI_that_cannot_be_taken_is_refused_with_the_reason_and_without_its_values(string uri, string reason) =>
        Assert.That(
            () => PodStoreServices.InNpgsqlFormat(uri),
            Throws.InvalidOperationException.With.Message.StartsWith($"ConnectionStrings:PodMetadata cannot be read: the URI {reason}")
                .And.Message.EndsWith(".").And.Message.Not.Contains("secret").And.Message.Not.Contains("cret@"));

    [TestCase("Host=db;Password=postgresql://a")]
    [TestCase("")]
    public void What_is_no_URI_is_left_as_it_is(string connectionString) =>
        Assert.That(PodStoreServices.InNpgsqlFormat(connectionString), Is.EqualTo(connectionString));

    [Test]
    public async Task The_service_starts_with_a_URI_whose_first_host_is_away_and_creates_its_database()
    {
        NpgsqlConnectionStringBuilder there = new(await TestDatabase.CreateAsync());
        string name = $"{there.Database} /\u00e9";
        string uri = $"postgresql://{there.Username}:{Uri.EscapeDataString(there.Password!)}@127.0.0.1:1,127.0.0.1:{there.Port}/{Uri.EscapeDataString(name)}"
            + "?target_session_attrs=read-write&connect_timeout=30";
        await using Service service = await Service.StartAsync(uri);
        await service.UpsertAsync(PodJson.With());
        there.Database = name;
        await using NpgsqlConnection connection = new(there.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new("SELECT count(*) FROM pod_details", connection);
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(1));
    }
}
