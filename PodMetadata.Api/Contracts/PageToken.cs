using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The places where pages end, as texts that clients hand back and do not look into. Each goes with what its page was asked for: the
/// kind of the listing, and all that narrows it.</summary>
internal static class PageToken
{
    private const int DigestLength = 8; // against mistakes: a token opens nothing

    public static string Of(PodPosition position, string?[] scope) => Encode(scope, position.Namespace, position.Name);

    public static string Of(LeasePosition position, string?[] scope) =>
        Encode(scope, position.ValidFrom.ToString("O", CultureInfo.InvariantCulture), position.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>The place in a listing of pods, or null when the text is blank: the first page.</summary>
    /// <exception cref="FormatException">The text is no token, or that of another listing.</exception>
    public static PodPosition? ReadPod(string? token, string?[] scope) =>
        string.IsNullOrWhiteSpace(token) ? null
        : Decode(token, scope) is [var ns, { } name] && PodText.Problem(ns, int.MaxValue) is null && PodText.Problem(name, int.MaxValue) is null
            ? new PodPosition(ns, name)
        : throw new FormatException();

    /// <summary>The place in a list of leases, or null when the text is blank: the first page.</summary>
    /// <exception cref="FormatException">The text is no token, or that of another list.</exception>
    public static LeasePosition? ReadLease(string? token, string?[] scope) =>
        string.IsNullOrWhiteSpace(token) ? null
        : Decode(token, scope) is [{ } from, { } id]
            ? new LeasePosition(DateTime.ParseExact(from, "O", CultureInfo.InvariantCulture), long.Parse(id, CultureInfo.InvariantCulture))
        : throw new FormatException();

    /// <summary>What is wrong with a token, or null when nothing is.</summary>
    /// <param name="read">Reads it.</param>
    public static string? Problem(Func<object?> read)
    {
        try
        {
            read();
            return null;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or JsonException)
        {
            return "must be what the header Link of the page before has, and goes with what that page was asked for.";
        }
    }

    private static string Encode(string?[] scope, params string?[] place) =>
        WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes<string?[]>([Digest(scope), .. place]));

    private static string?[]? Decode(string token, string?[] scope) =>
        JsonSerializer.Deserialize<string?[]>(WebEncoders.Base64UrlDecode(token)) is [var digest, .. var place] && digest == Digest(scope) ? place : null;

    private static string Digest(string?[] scope) =>
        Convert.ToBase64String(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(scope)).AsSpan(0, DigestLength));
}
