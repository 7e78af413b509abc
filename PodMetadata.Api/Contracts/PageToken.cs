using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The places where pages end, as texts that clients hand back and do not look into.</summary>
internal static class PageToken
{
    public static string Of(PodPosition position) => Encode(position.Namespace, position.Name);

    public static string Of(LeasePosition position) => Encode(position.ValidFrom.ToString("O", CultureInfo.InvariantCulture), position.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>The place in a listing of pods, or null when the text is blank: the first page.</summary>
    /// <exception cref="FormatException">The text is no token.</exception>
    public static PodPosition? ReadPod(string? token) =>
        Decode(token) is not { } parts ? null
        : parts is [var ns, { } name] && PodText.Problem(ns, int.MaxValue) is null && PodText.Problem(name, int.MaxValue) is null ? new PodPosition(ns, name)
        : throw new FormatException();

    /// <summary>The place in a list of leases, or null when the text is blank: the first page.</summary>
    /// <exception cref="FormatException">The text is no token.</exception>
    public static LeasePosition? ReadLease(string? token) =>
        Decode(token) is not { } parts ? null
        : parts is [{ } from, { } id] ? new LeasePosition(DateTime.ParseExact(from, "O", CultureInfo.InvariantCulture), long.Parse(id, CultureInfo.InvariantCulture))
        : throw new FormatException();

    /// <summary>What is wrong with a text, or null when nothing is.</summary>
    /// <param name="token">The text.</param>
    /// <param name="read">Reads it.</param>
    public static string? Problem(string? token, Func<string?, object?> read)
    {
        try
        {
            read(token);
            return null;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or JsonException)
        {
            return "must be what the header Link of the page before has.";
        }
    }

    private static string Encode(params string?[] parts) => WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(parts));

    private static string?[]? Decode(string? token) =>
        string.IsNullOrWhiteSpace(token) ? null : JsonSerializer.Deserialize<string?[]>(WebEncoders.Base64UrlDecode(token));
}
