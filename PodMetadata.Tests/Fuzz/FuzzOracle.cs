using System.Text;
using System.Text.Json;

namespace PodMetadata.Tests.Fuzz;

/// <summary>What no answer may be, whatever was asked.</summary>
internal static class FuzzOracle
{
    /// <summary>Words that only the inside knows: SQL, stack traces, connection strings, names of types.</summary>
    private static readonly string[] Secrets = ["   at ", "SELECT ", "INSERT INTO", "pod_details", "Npgsql", "Host=", "Password", "System.", "Microsoft.", "Exception", ".cs:line"];

    // Kestrel's own answers to what is no HTTP have no body.
    private static readonly int[] Bare = [400, 405, 408, 411, 413, 414, 417, 431, 505];

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>What is wrong with an answer, or null.</summary>
    public static string? Problem(FuzzCase asked, FuzzAnswer answer, bool toHead)
    {
        if (answer.Status >= 500 && answer.Status != 505 && !(answer.Status == 503 && answer.Headers.ContainsKey("retry-after")))
        {
            return "an unexpected 5xx";
        }

        string? type = answer.Headers.TryGetValue("content-type", out string? contentType) ? contentType.Split(';')[0] : null;
        if (type is "text/html" or "text/javascript" or "text/css" or "image/png")
        {
            return answer.Status == 200 ? null : "an error page"; // Swagger UI
        }

        string text;
        try
        {
            text = Strict.GetString(answer.Body);
        }
        catch (DecoderFallbackException)
        {
            return "an answer that is not UTF-8";
        }

        string headers = string.Join('\n', answer.Headers.Select(header => $"{header.Key}: {header.Value}"));
        bool isMetrics = text.Contains("# TYPE ", StringComparison.Ordinal); // they name the driver's meter
        if (!isMetrics && Secrets.FirstOrDefault(secret => text.Contains(secret, StringComparison.Ordinal) || headers.Contains(secret, StringComparison.Ordinal)) is { } leaked)
        {
            return $"an answer that says '{leaked}'";
        }

        return answer.Status >= 400 ? ErrorProblem(answer, type, text, toHead) : type == "application/json" && !toHead ? JsonProblem(text) : null;
    }

    private static string? ErrorProblem(FuzzAnswer answer, string? type, string text, bool toHead)
    {
        if (answer.Status == 404 && type == "text/plain")
        {
            return text == "No data found" || toHead ? null : "a text that is not 'No data found'";
        }

        if (type is null)
        {
            return Bare.Contains(answer.Status) && text.Length == 0 ? null : "an error without a problem";
        }

        if (type != "application/problem+json")
        {
            return "an error that is no problem+json";
        }

        if (answer.Status == 405 && !answer.Headers.ContainsKey("allow"))
        {
            return "a 405 without Allow";
        }

        if (text.Contains(FuzzBodies.Canary, StringComparison.Ordinal))
        {
            return "an error that holds the manifest";
        }

        if (text.Length > 4000)
        {
            return "an error of more than 4,000 characters";
        }

        return toHead ? null : JsonProblem(text) ?? (JsonDocument.Parse(text).RootElement.GetProperty("status").GetInt32() == answer.Status ? null : "a problem with another status");
    }

    private static string? JsonProblem(string text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
            return null;
        }
        catch (JsonException)
        {
            return "an answer that is not JSON";
        }
    }
}
