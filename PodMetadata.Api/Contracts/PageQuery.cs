using Microsoft.AspNetCore.Mvc;
using PodMetadata.Domain;
using PodMetadata.Domain.Labels;

namespace PodMetadata.Api.Contracts;

/// <summary>The parameters that all listings of pods have in common.</summary>
public abstract record PageQuery
{
    /// <summary>A Kubernetes label selector over the pod's labels (its manifest's, else its workload's selector labels), such as
    /// app.kubernetes.io/name=my-app,tier notin (cache).</summary>
    [FromQuery(Name = "labelSelector")]
    public string? LabelSelector { get; init; }

    /// <summary>The maximum number of pods, from 1 to 5000. When more pods follow, the header Link has the next page.</summary>
    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary>The start of the page, from the header Link of the previous one.</summary>
    [FromQuery(Name = PageToken.Parameter)]
    public string? Continue { get; init; }

    /// <summary>The members to return, separated by commas, such as pod_name,pod_namespace,pod_ip. Without pod_obj a listing is far
    /// shorter.</summary>
    [FromQuery(Name = "fields")]
    public string? Fields { get; init; }

    internal Parsed<LabelSelector> ParsedSelector => field ??= WireValues.Selector(LabelSelector);

    internal Parsed<PodPosition> ParsedContinue => field ??= PageToken.ParsePod(Continue, Scope);

    internal Parsed<PodFields> ParsedFields => field ??= PodFields.Parse(Fields);

    /// <summary>The listing and its filters, which all its pages have in common.</summary>
    internal abstract string?[] Scope { get; }
}
