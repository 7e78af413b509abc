using AutoMapper;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using PodMetadata.Api.Contracts;
using PodMetadata.Api.Limits;
using PodMetadata.Api.Security;
using PodMetadata.Domain;

namespace PodMetadata.Api.Controllers;

/// <summary>The pods.</summary>
[ApiController]
[Route("pod")]
[EnableRateLimiting(LimitServices.Lookup)]
[Authorize(Policy = Policies.Read)]
[ProducesResponseType<ProblemDetails>(StatusCodes.Status503ServiceUnavailable, "application/problem+json", Description = "The database is out of reach; try again after the seconds in Retry-After.")]
public sealed class PodController(PodService pods, IMapper mapper) : ControllerBase
{
    /// <summary>Insert or replace a pod</summary>
    /// <remarks>Replaces the pod of that name whole, nulls too, or inserts it. The last write wins, whatever its time_stamp; is_dead: false
    /// revives a dead pod.</remarks>
    /// <param name="spec">The pod.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The pod as it is stored now.</response>
    [HttpPost("spec", Name = "UpsertPod")]
    [Authorize(Policy = Policies.Write)]
    [EnableRateLimiting(LimitServices.Write)]
    [JsonBody]
    [ProducesResponseType<PodRecord>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json", Description = "The body is not right; errors says what is wrong, by member.")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status413PayloadTooLarge, "application/problem+json", Description = "The body is too large.")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status415UnsupportedMediaType, "application/problem+json", Description = "The body is not UTF-8 application/json.")]
    public async Task<PodRecord> Upsert(PodSpec spec, CancellationToken cancellationToken) =>
        mapper.Map<PodRecord>(await pods.UpsertAsync(mapper.Map<Pod>(spec), cancellationToken));

    /// <summary>Mark a pod dead</summary>
    /// <remarks>The pod stays stored. With pod_ip, only a pod of that name and that IP is meant, so that one restarted under the same name is
    /// safe. A pod that is dead already counts too.</remarks>
    /// <param name="dead">The pod's name and, better, its IP.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">How many pods matched: 1 or 0.</response>
    [HttpPost("mark_dead", Name = "MarkPodDead")]
    [Authorize(Policy = Policies.Write)]
    [EnableRateLimiting(LimitServices.Write)]
    [JsonBody]
    [ProducesResponseType<int>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json", Description = "The body is not right; errors says what is wrong, by member.")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status413PayloadTooLarge, "application/problem+json", Description = "The body is too large.")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status415UnsupportedMediaType, "application/problem+json", Description = "The body is not UTF-8 application/json.")]
    public Task<int> MarkDead(DeadPod dead, CancellationToken cancellationToken) =>
        pods.MarkDeadAsync(PodText.Trimmed(dead.PodName)!, PodAddress.TryParse(dead.PodIp, out string? ip) ? ip : null, cancellationToken);

    /// <summary>List all pods</summary>
    /// <remarks>Ordered by pod_namespace (null last) and pod_name, by code point.</remarks>
    /// <response code="200">All pods, live and dead.</response>
    [HttpGet("info", Name = "ListPods")]
    [HttpHead("info")]
    [EnableRateLimiting(LimitServices.Listing)]
    [RequestTimeout(LimitServices.Listing)]
    [ProducesResponseType<IAsyncEnumerable<PodRecord>>(StatusCodes.Status200OK, "application/json")]
    public JsonArrayResult<PodRecord> List() => new(pods.StreamAllAsync().Select(mapper.Map<PodRecord>));

    /// <summary>Find a pod by name</summary>
    /// <param name="name" example="my-app-7d9f6b8c4-x5z2w">The pod's name.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The pod.</response>
    [HttpGet("name/{name}", Name = "FindPodByName")]
    [HttpHead("name/{name}")]
    [ProducesResponseType<PodRecord>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<string>(StatusCodes.Status404NotFound, "text/plain", Description = "No data found")]
    public async Task<ActionResult<PodRecord>> FindByName(string name, CancellationToken cancellationToken) =>
        await pods.FindByNameAsync(name, cancellationToken) is { } pod ? mapper.Map<PodRecord>(pod) : NoDataFound();

    /// <summary>Find the pod behind an IP</summary>
    /// <remarks>Of several pods with the IP: a live one before a dead one (one whose manifest says Succeeded or Failed counts as dead), one
    /// with its own network before one on the host's, then the newest time_stamp, then the first name.</remarks>
    /// <param name="ip" example="10.244.1.5">The IP, in any form.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The pod.</response>
    [HttpGet("ip/{ip}", Name = "FindPodByIp")]
    [HttpHead("ip/{ip}")]
    [ProducesResponseType<PodRecord>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<string>(StatusCodes.Status404NotFound, "text/plain", Description = "No data found")]
    public async Task<ActionResult<PodRecord>> FindByIp(string ip, CancellationToken cancellationToken) =>
        await pods.FindByIpAsync(ip, cancellationToken) is { } pod ? mapper.Map<PodRecord>(pod) : NoDataFound();

    /// <summary>List the live pods of a node</summary>
    /// <remarks>Ordered by pod_namespace (null last) and pod_name, by code point.</remarks>
    /// <param name="node" example="worker-1">The node's name.</param>
    /// <response code="200">The node's live pods; none when the node is not known.</response>
    [HttpGet("list/{node}", Name = "ListPodsOfNode")]
    [HttpHead("list/{node}")]
    [EnableRateLimiting(LimitServices.NodeListing)]
    [RequestTimeout(LimitServices.Listing)]
    [ProducesResponseType<IAsyncEnumerable<PodRecord>>(StatusCodes.Status200OK, "application/json")]
    public JsonArrayResult<PodRecord> ListByNode(string node) => new(pods.StreamLiveByNodeAsync(node).Select(mapper.Map<PodRecord>));

    private static ContentResult NoDataFound() =>
        new() { StatusCode = StatusCodes.Status404NotFound, ContentType = "text/plain", Content = "No data found" };
}
