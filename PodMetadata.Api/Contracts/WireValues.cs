using PodMetadata.Domain;
using PodMetadata.Domain.Labels;

namespace PodMetadata.Api.Contracts;

/// <summary>Parses the values of contracts.</summary>
internal static class WireValues
{
    /// <summary>The canonical form of an IP.</summary>
    public static Parsed<string> Ip(string? text) => PodAddress.TryParse(text, out string? ip)
        ? new(ip)
        : new(null, "must be an IPv4 address (four decimal parts) or an IPv6 address without a zone index.");

    /// <summary>A time in UTC.</summary>
    public static Parsed<DateTime> Time(string? text) => PodTime.TryParse(text, out DateTime time)
        ? new(time)
        : new(default, "must be an ISO 8601 date and time such as 2026-05-12T10:32:14.123456.");

    /// <summary>A moment in UTC; null is now.</summary>
    public static Parsed<DateTime?> Moment(string? text)
    {
        if (text is null)
        {
            return new(null);
        }

        Parsed<DateTime> time = Time(text);
        return new(time.Value, time.Problem);
    }

    /// <summary>A label selector; null selects everything.</summary>
    public static Parsed<LabelSelector> Selector(string? text) =>
        text is null ? new(null)
        : LabelSelector.TryParse(text, out LabelSelector? selector, out string? problem) ? new(selector)
        : new(null, problem);
}
