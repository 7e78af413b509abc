using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace PodMetadata.Infrastructure.Connections;

/// <summary>Reads a <c>postgresql://</c> URI, which Npgsql does not know:
/// <c>postgresql://user:password@host:port,[ipv6]:port/database?parameter=value</c>, with percent-encoding, as libpq reads it.</summary>
/// <remarks>A message names a part or a parameter and never quotes a value: what looks like a host may belong to a password that is not
/// encoded.</remarks>
internal static partial class PostgresUri
{
    private const int MaxTimeout = 1024; // Npgsql's

    private const string Hint = "in a user name or password, / is %2F and @ is %40";

    private static readonly string[] Schemes = ["postgresql://", "postgres://"];

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly Dictionary<string, SslMode> SslModes = new()
    {
        ["disable"] = SslMode.Disable,
        ["allow"] = SslMode.Allow,
        ["prefer"] = SslMode.Prefer,
        ["require"] = SslMode.Require,
        ["verify-ca"] = SslMode.VerifyCA,
        ["verify-full"] = SslMode.VerifyFull,
    };

    // Npgsql's prefer-primary is not among libpq's.
    private static readonly string[] SessionAttributes = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"];

    /// <summary>Whether a connection string is a URI, and not in Npgsql's own format.</summary>
    public static bool IsUri(string connectionString) => SchemeOf(connectionString) is not null;

    /// <summary>The same settings in Npgsql's format.</summary>
    /// <exception cref="FormatException">The URI cannot be read. The message continues "The URI".</exception>
    public static string ToConnectionString(string uri)
    {
        string rest = uri.Trim()[SchemeOf(uri)!.Length..];
        string[] halves = rest.Split('@');
        if (halves.Length > 2 || (halves.Length == 2 && halves[0].Contains('/', StringComparison.Ordinal)))
        {
            throw new FormatException($"has an @ or a / that is not encoded ({Hint}).");
        }

        NpgsqlConnectionStringBuilder connection = [];
        if (halves.Length == 2)
        {
            (string user, string? password) = Cut(halves[0], ':');
            connection.Username = NullIfEmpty(Decode(user, "user name"));
            connection.Password = NullIfEmpty(Decode(password ?? "", "password"));
        }

        (string place, string? query) = Cut(halves[^1], '?');
        (string hosts, string? database) = Cut(place, '/');
        SetHosts(connection, hosts.Split(','));
        connection.Database = NullIfEmpty(Decode(database ?? "", "database"));
        foreach (string parameter in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            (string name, string? value) = Cut(parameter, '=');
            if (value is null || !Name().IsMatch(name))
            {
                throw new FormatException("has a parameter that is not name=value.");
            }

            SetParameter(connection, name, Decode(value, $"parameter {name}"));
        }

        if (connection is { SslMode: SslMode.Require, RootCertificate: not null })
        {
            connection.SslMode = SslMode.VerifyCA; // as libpq does; Npgsql would ignore the certificate
        }

        return connection.ConnectionString;
    }

    private static string? SchemeOf(string connectionString) =>
        Schemes.FirstOrDefault(scheme => connectionString.AsSpan().Trim().StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    private static void SetHosts(NpgsqlConnectionStringBuilder connection, string[] hosts)
    {
        (string Host, int? Port)[] all = Array.ConvertAll(hosts, ReadHost);
        if (all is [(string only, var port)]) // which may be the folder of a socket
        {
            connection.Host = only.Trim('[', ']');
            if (port is { } number)
            {
                connection.Port = number;
            }
        }
        else
        {
            connection.Host = string.Join(',', all.Select(host => string.Create(CultureInfo.InvariantCulture, $"{host.Host}:{host.Port ?? connection.Port}")));
        }
    }

    private static (string Host, int? Port) ReadHost(string text)
    {
        int end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        (string encoded, string rest) = end < 0 ? (text, "") : (text[..end], text[end..]);
        string host = Decode(encoded, "host");
        if (host is "" || host.Contains(',', StringComparison.Ordinal) || (text.StartsWith('[') && !IPAddress.TryParse(host, out _)))
        {
            throw new FormatException($"must name its hosts, and IPv6 addresses in brackets ({Hint}).");
        }

        return rest is "" or ":" ? (host, null)
            : rest[0] == ':' && ushort.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0 ? (host, port)
            : throw new FormatException($"must have ports from 1 to 65535 ({Hint}).");
    }

    private static void SetParameter(NpgsqlConnectionStringBuilder connection, string name, string value)
    {
        switch (name)
        {
            case "sslmode":
                connection.SslMode = SslModes.TryGetValue(value, out SslMode mode) ? mode : throw Refusal(name, $"one of {string.Join(", ", SslModes.Keys)}");
                break;
            case "sslrootcert":
                connection.RootCertificate = value is "" or "system" ? throw Refusal(name, "a file") : value;
                break;
            case "target_session_attrs":
                connection.TargetSessionAttributes = SessionAttributes.Contains(value) ? value : throw Refusal(name, $"one of {string.Join(", ", SessionAttributes)}");
                break;
            case "connect_timeout":
                connection.Timeout = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds <= MaxTimeout
                    ? seconds
                    : throw Refusal(name, $"a number of seconds from 0 to {MaxTimeout}");
                break;
            case "application_name":
                connection.ApplicationName = value;
                break;
            default:
                throw new FormatException(
                    $"has the parameter {name}, which is not supported; sslmode, sslrootcert, target_session_attrs, connect_timeout and application_name are.");
        }
    }

    private static FormatException Refusal(string parameter, string rule) => new($"has the parameter {parameter}, which must be {rule}.");

    private static string Decode(string text, string part)
    {
        try
        {
            string decoded = Encoded().Replace(text, DecodeRun);
            return decoded.Contains('\0', StringComparison.Ordinal) ? throw new FormatException() : decoded; // which PostgreSQL does not take
        }
        catch (Exception exception) when (exception is FormatException or DecoderFallbackException)
        {
            throw new FormatException($"has a {part} with a % that does not encode a character of UTF-8; % itself is %25.");
        }
    }

    private static string DecodeRun(Match run) =>
        run.Groups[1].Success ? Strict.GetString(Convert.FromHexString(run.Value.Replace("%", "", StringComparison.Ordinal))) : throw new FormatException();

    private static (string First, string? Second) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and int end ? (text[..end], text[(end + 1)..]) : (text, null);

    private static string? NullIfEmpty(string text) => text is "" ? null : text;

    // What is left is a % that encodes nothing.
    [GeneratedRegex("(%[0-9A-Fa-f]{2})+|%")]
    private static partial Regex Encoded();

    [GeneratedRegex("^[a-z_]+$")]
    private static partial Regex Name();
}
