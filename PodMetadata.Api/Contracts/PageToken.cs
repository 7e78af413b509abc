using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>The positions where pages start, as opaque text for clients. A token is valid only for the listing and the filters that it was made
/// for, its scope.</summary>
internal static class PageToken
{
    /// <summary>The query parameter that holds a token.</summary>
    public const string Parameter = "continue";

    private const string Problem = "must be what the header Link of the page before has, and goes with what that page was asked for.";
    private const int DigestLength = 8; // against mistakes: a token grants no access

    public static string Of(PodPosition position, string?[] scope) => Encode(scope, position.Namespace, position.Name);

    public static string Of(LeasePosition position, string?[] scope) =>
        Encode(scope, position.ValidFrom.ToString("O", CultureInfo.InvariantCulture), position.Name, position.Namespace);

    /// <summary>A position in a listing of pods; a blank token is the first page, null.</summary>
    public static Parsed<PodPosition> ParsePod(string? token, string?[] scope) => Parse(token, scope, place =>
        place is [var ns, { } name] && FieldRules.Problem(ns, int.MaxValue) is null && FieldRules.Problem(name, int.MaxValue) is null
            ? new PodPosition(ns, name)
            : throw new FormatException());

    /// <summary>A position in a history; a blank token is the first page, null.</summary>
    public static Parsed<LeasePosition> ParseLease(string? token, string?[] scope) => Parse(token, scope, place =>
        place is [{ } from, { } name, var ns] && FieldRules.Problem(name, int.MaxValue) is null && FieldRules.Problem(ns, int.MaxValue) is null
            ? new LeasePosition(DateTime.ParseExact(from, "O", CultureInfo.InvariantCulture), name, ns)
            : throw new FormatException());

    private static Parsed<T> Parse<T>(string? token, string?[] scope, Func<string?[], T> read)
        where T : class
    {
        if (string.IsNullOrWhiteSpace(token))
        {
            return new(null);
        }

        try
        {
            return JsonSerializer.Deserialize<string?[]>(WebEncoders.Base64UrlDecode(token)) is [var digest, .. var place] && digest == Digest(scope)
                ? new(read(place))
                : new(null, Problem);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or JsonException)
        {
            return new(null, Problem);
        }
    }

    private static string Encode(string?[] scope, params string?[] place) =>
        WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes<string?[]>([Digest(scope), .. place]));

    private static string Digest(string?[] scope) =>
        Convert.ToBase64String(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(scope)).AsSpan(0, DigestLength));
}
