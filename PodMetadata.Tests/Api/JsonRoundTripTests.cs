using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain;

namespace PodMetadata.Tests.Api;

/// <summary>Any JSON value comes back as it went in, or is refused because PostgreSQL or a client could not keep it.</summary>
public sealed class JsonRoundTripTests : ServiceTests
{
    private const int MaxLevels = 64 - 1; // the record itself is one

    [Test]
    public async Task What_is_taken_reads_back_equal_and_the_rest_is_refused() =>
        await JsonTexts.Values.SampleAsync(
            async json =>
            {
                string name = Guid.NewGuid().ToString();
                string body = $$"""{"pod_name":"{{name}}","pod_ip":"10.0.0.1","node_name":"n","time_stamp":"2026-05-12T10:32:14","pod_obj":{{json}}}""";
                using HttpResponseMessage response = await Service.PostAsync("/pod/spec", body);
                string answer = await response.Content.ReadAsStringAsync();
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    string found = await Service.Http.GetStringAsync("/pod/name/" + name);
                    return Manifest(answer) == JsonValue.Normalized(json) && Manifest(found) == JsonValue.Normalized(json);
                }

                return response.StatusCode == HttpStatusCode.BadRequest && await CannotBeKeptAsync(json);
            },
            iter: 400,
            threads: 4);

    [Test]
    public async Task The_rule_says_what_PostgreSQL_does() =>
        await JsonTexts.Values.Where(json => Levels(json) <= MaxLevels).SampleAsync(
            async json => StorableJson.Problem(JsonText.From(json)) is not null == await CannotBeKeptAsync(json), iter: 2_000, threads: 4);

    private static string Manifest(string record)
    {
        using JsonDocument document = JsonDocument.Parse(record);
        return JsonValue.Normalized(document.RootElement.GetProperty("pod_obj").GetRawText());
    }

    private async Task<bool> CannotBeKeptAsync(string json) =>
        Levels(json) > MaxLevels || HasNumberOutsideDoubles(json) || !await PostgreSqlKeepsAsync(json);

    private async Task<bool> PostgreSqlKeepsAsync(string json)
    {
        await using NpgsqlConnection connection = new(Service.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new("SELECT @json::jsonb::text", connection);
        command.Parameters.Add(new("json", NpgsqlDbType.Text) { Value = json });
        try
        {
            string kept = (string)(await command.ExecuteScalarAsync())!;
            return JsonValue.Normalized(kept) == JsonValue.Normalized(json);
        }
        catch (PostgresException exception) when (exception.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private static int Levels(string json)
    {
        int level = 0;
        int most = 0;
        foreach (JsonTokenType token in Tokens(json, out _))
        {
            level += token switch { JsonTokenType.StartArray or JsonTokenType.StartObject => 1, JsonTokenType.EndArray or JsonTokenType.EndObject => -1, _ => 0 };
            most = Math.Max(most, level);
        }

        return most;
    }

    private static bool HasNumberOutsideDoubles(string json)
    {
        Tokens(json, out List<string> numbers);
        return numbers.Any(number => double.Parse(number, CultureInfo.InvariantCulture) is var value
            && (!double.IsFinite(value) || (value == 0 && number.Split('e', 'E')[0].Any(digit => digit is >= '1' and <= '9'))));
    }

    private static List<JsonTokenType> Tokens(string json, out List<string> numbers)
    {
        List<JsonTokenType> tokens = [];
        numbers = [];
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { MaxDepth = 1000 });
        while (reader.Read())
        {
            tokens.Add(reader.TokenType);
            if (reader.TokenType == JsonTokenType.Number)
            {
                numbers.Add(Encoding.UTF8.GetString(reader.ValueSpan));
            }
        }

        return tokens;
    }
}
