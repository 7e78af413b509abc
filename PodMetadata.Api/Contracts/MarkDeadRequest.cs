using System.ComponentModel.DataAnnotations;
using PodMetadata.Domain;

namespace PodMetadata.Api.Contracts;

/// <summary>A pod that has left its node.</summary>
public sealed record MarkDeadRequest
{
    /// <summary>The pod's name.</summary>
    [Required, MaxLength(FieldRules.MaxNameLength)]
    public string? PodName { get; init; }

    /// <summary>The pod's IP. With it, a pod that was restarted under the same name with another IP stays alive. Without it (or blank), the
    /// name alone decides.</summary>
    public string? PodIp { get; init; }

    internal Parsed<string> ParsedIp => field ??= string.IsNullOrWhiteSpace(PodIp) ? new(null) : WireValues.Ip(PodIp);
}
