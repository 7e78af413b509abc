using Microsoft.AspNetCore.Mvc;

namespace PodMetadata.Api.Contracts;

/// <summary>What narrows a listing, and cuts it into pages.</summary>
public abstract record PageQuery
{
    /// <summary>A Kubernetes label selector over the pod's own labels (its manifest's, else its workload's selector labels), such as
    /// app.kubernetes.io/name=my-app,tier notin (cache).</summary>
    [FromQuery(Name = "labelSelector")]
    public string? LabelSelector { get; init; }

    /// <summary>The most pods to answer, from 1 to 5000. Where there are more, the header Link names the next page.</summary>
    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary>Where to go on: taken from the header Link of the page before.</summary>
    [FromQuery(Name = "continue")]
    public string? Continue { get; init; }

    /// <summary>The members to answer, separated by commas; such as pod_name,pod_namespace,pod_ip; without pod_obj a listing is far
    /// shorter.</summary>
    [FromQuery(Name = "fields")]
    public string? Fields { get; init; }

    /// <summary>Which listing it is, and what narrows it: what a page has in common with the next.</summary>
    internal abstract string?[] Scope { get; }
}
