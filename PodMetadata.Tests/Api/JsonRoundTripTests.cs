using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using Npgsql;
using NpgsqlTypes;
using PodMetadata.Domain.Json;

namespace PodMetadata.Tests.Api;

/// <summary>Any JSON value comes back as the value that went in, and as the same text from POST and GET, or is refused because PostgreSQL or a
/// client could not keep it.</summary>
public sealed class JsonRoundTripTests : ServiceTests
{
    private const int MaxLevels = 64 - 1; // the record itself is one
    private const int MaxExponent = 32766;

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
                    return answer == found && Manifest(found) == JsonValue.Normalized(json);
                }

                return response.StatusCode == HttpStatusCode.BadRequest && await CannotBeKeptAsync(json);
            },
            iter: 400,
            threads: 4);

    [Test]
    public async Task A_value_is_spelled_as_PostgreSQL_spells_it_or_has_a_problem() =>
        await JsonTexts.Values.Where(json => Levels(json) <= MaxLevels).SampleAsync(
            async json =>
            {
                JsonText text = JsonText.From(json);
                return text.Problem is null ? text.ToString() == await StoredAsync(json) && !HasNumberOutOfRange(json) : await CannotBeKeptAsync(json);
            },
            iter: 4_000,
            threads: 4);

    private static string Manifest(string record)
    {
        using JsonDocument document = JsonDocument.Parse(record);
        return JsonValue.Normalized(document.RootElement.GetProperty("pod_obj").GetRawText());
    }

    private async Task<bool> CannotBeKeptAsync(string json) =>
        Levels(json) > MaxLevels || HasNumberOutOfRange(json) || await StoredAsync(json) is null;

    /// <summary>How PostgreSQL spells a value, or null when it does not keep it.</summary>
    private async Task<string?> StoredAsync(string json)
    {
        await using NpgsqlConnection connection = new(Service.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new("SELECT @json::jsonb::text", connection);
        command.Parameters.Add(new("json", NpgsqlDbType.Text) { Value = json });
        try
        {
            string kept = (string)(await command.ExecuteScalarAsync())!;
            return JsonValue.Normalized(kept) == JsonValue.Normalized(json) ? kept : null;
        }
        catch (PostgresException exception) when (exception.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            return null;
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

    // A zero may have any exponent in PostgreSQL; the service refuses absurd ones before it looks at the digits.
    private static bool HasNumberOutOfRange(string json)
    {
        Tokens(json, out List<string> numbers);
        return numbers.Select(number => (Value: double.Parse(number, CultureInfo.InvariantCulture), Parts: number.Split('e', 'E'))).Any(number =>
            !double.IsFinite(number.Value)
            || (number.Value == 0 && number.Parts[0].Any(digit => digit is >= '1' and <= '9'))
            || (number.Parts.Length == 2 && Math.Abs(long.Parse(number.Parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)) > MaxExponent));
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
