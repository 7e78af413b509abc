using AutoMapper;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using PodMetadata.Api.Contracts;
using PodMetadata.Api.Errors;
using PodMetadata.Api.Limits;
using PodMetadata.Api.Listings;
using PodMetadata.Api.Security;
using PodMetadata.Domain;

namespace PodMetadata.Api.Controllers;

/// <summary>Stores pods, and finds them by name, IP or node.</summary>
[ApiController]
[Route("pod")]
[EnableRateLimiting(LimitServices.Lookup)]
[Authorize(Policy = Policies.Read)]
[ProducesResponseType<ProblemDetails>(StatusCodes.Status503ServiceUnavailable, ProblemJson, Description = DatabaseUnavailable)]
public sealed class PodController(PodService pods, IMapper mapper, FieldSerializerOptions serializers) : ControllerBase
{
    // With the parameter's name as prefix, a query parameter of that name, such as ?query=, would hide the others.
    private const string NoPrefix = "";

    private const string ProblemJson = "application/problem+json";
    private const string DatabaseUnavailable = "The database is unavailable. Retry after the number of seconds in Retry-After.";
    private const string InvalidBody = "The body is invalid. errors lists the problems by member.";
    private const string BodyTooLarge = "The body is too large, as sent or decompressed.";
    private const string NotJson = "The body is not application/json in UTF-8, or its Content-Encoding is unknown.";
    private const string InvalidParameter = "A parameter is invalid. errors lists the problems by parameter.";

    /// <summary>Insert or replace a pod</summary>
    /// <remarks>Replaces the stored pod of the same name as a whole, nulls included, or inserts the pod. The last write wins, whatever its
    /// time_stamp. is_dead: false revives a dead pod.</remarks>
    /// <param name="request">The pod.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The pod as it is now stored.</response>
    [HttpPost("spec", Name = "UpsertPod")]
    [Authorize(Policy = Policies.Write)]
    [EnableRateLimiting(LimitServices.Write)]
    [JsonBody]
    [ProducesResponseType<PodRecord>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = InvalidBody)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status413PayloadTooLarge, ProblemJson, Description = BodyTooLarge)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status415UnsupportedMediaType, ProblemJson, Description = NotJson)]
    public async Task<PodRecord> Upsert(UpsertPodRequest request, CancellationToken cancellationToken) =>
        mapper.Map<PodRecord>(await pods.UpsertAsync(mapper.Map<Pod>(request), cancellationToken));

    /// <summary>Mark a pod dead</summary>
    /// <remarks>The pod stays stored. With pod_ip, the stored pod must have that IP too, so a pod that was restarted under the same name is not
    /// affected. A pod that is already dead counts as matched.</remarks>
    /// <param name="request">The pod's name and, preferably, its IP.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The number of pods that matched: 1 or 0.</response>
    [HttpPost("mark_dead", Name = "MarkPodDead")]
    [Authorize(Policy = Policies.Write)]
    [EnableRateLimiting(LimitServices.Write)]
    [JsonBody]
    [ProducesResponseType<int>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = InvalidBody)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status413PayloadTooLarge, ProblemJson, Description = BodyTooLarge)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status415UnsupportedMediaType, ProblemJson, Description = NotJson)]
    public Task<int> MarkDead(MarkDeadRequest request, CancellationToken cancellationToken) =>
        pods.MarkDeadAsync(FieldRules.Trimmed(request.PodName)!, request.ParsedIp.Value, cancellationToken);

    /// <summary>List all pods</summary>
    /// <remarks>Ordered by pod_namespace (null last) and pod_name, by code point. Parameters filter the list and divide it into pages. With
    /// Accept: application/x-ndjson, each line is one pod.</remarks>
    /// <param name="query">The filters, and the page.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The pods, live and dead.</response>
    [HttpGet("info", Name = "ListPods")]
    [HttpHead("info")]
    [EnableRateLimiting(LimitServices.Listing)]
    [RequestTimeout(LimitServices.Listing)]
    [ProducesResponseType<IAsyncEnumerable<PodRecord>>(StatusCodes.Status200OK, "application/json", NdJson.MediaType)]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = InvalidParameter)]
    public Task<JsonArrayResult<PodRecord>> List([FromQuery(Name = NoPrefix)] ListQuery query, CancellationToken cancellationToken) =>
        ListAsync(query, cancellationToken);

    /// <summary>Find a pod by name</summary>
    /// <remarks>Live or dead. The name is the key: of pods with this name in several namespaces, the answer is the one that was posted
    /// last.</remarks>
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
    /// <remarks>Of several pods with the IP, a live pod comes before a dead one (a pod whose manifest says Succeeded or Failed counts as dead),
    /// then a pod with its own network before one on the host network, then the newest time_stamp, then the first name. The header Pod-Match
    /// says how certain the answer is. With at, the answer is the pod that held the IP at that moment, as it was when it got the IP, which is
    /// its time_stamp. It is dead if it no longer holds the IP, and pod_obj is null unless the stored pod is the same one.</remarks>
    /// <param name="ip" example="10.244.1.5">The IP, in any textual form.</param>
    /// <param name="query">The moment.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The pod.</response>
    [HttpGet("ip/{ip}", Name = "FindPodByIp")]
    [HttpHead("ip/{ip}")]
    [ProducesResponseType<PodRecord>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = "at is invalid.")]
    [ProducesResponseType<string>(StatusCodes.Status404NotFound, "text/plain", Description = "No data found. With at, a problem that says why.")]
    public async Task<IActionResult> FindByIp(string ip, [FromQuery(Name = NoPrefix)] MomentQuery query, CancellationToken cancellationToken)
    {
        IpAnswer answer = await pods.FindByIpAsync(ip, query.ParsedAt.Value, cancellationToken);
        if (answer.Pod is { } pod)
        {
            Response.Headers[MatchHeader.Name] = MatchHeader.Of(answer.Match);
            return Ok(mapper.Map<PodRecord>(pod));
        }

        return query.At is null
            ? NoDataFound()
            : new ProblemResult(ProblemDetailsFactory.CreateProblemDetails(HttpContext, StatusCodes.Status404NotFound, detail: Reason(answer)));
    }

    /// <summary>Find the pods behind up to 1,000 IPs</summary>
    /// <remarks>Each question is for now or for a moment. The answers come in the order of the questions. Of several pods that share an IP, such
    /// as pods on the host network, the first by the order of GET /pod/ip is the answer. A live pod whose record was replaced by a pod of the
    /// same name in another namespace is found too.</remarks>
    /// <param name="questions">The IPs.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The answers.</response>
    [HttpPost("resolve", Name = "ResolveIps")]
    [EnableRateLimiting(LimitServices.Resolve)]
    [JsonBody]
    [ProducesResponseType<ResolvedIp[]>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = InvalidBody)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status413PayloadTooLarge, ProblemJson, Description = BodyTooLarge)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status415UnsupportedMediaType, ProblemJson, Description = NotJson)]
    public async Task<ResolvedIp[]> Resolve(ResolveQuestion[] questions, CancellationToken cancellationToken)
    {
        IpAnswer[] answers = await pods.FindByIpsAsync(
            Array.ConvertAll(questions, question => (question.Ip, question.ParsedAt.Value)), cancellationToken);
        return [.. questions.Zip(answers, (question, answer) => new ResolvedIp
        {
            Ip = question.Ip,
            Match = answer.Match,
            Pod = mapper.Map<PodRecord?>(answer.Pod),
            Candidates = answer.Candidates,
        })];
    }

    /// <summary>List the leases of an IP</summary>
    /// <remarks>Which pods hold and held the IP, newest first, as far back as leases are kept.</remarks>
    /// <param name="query">The IP, and the page.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The leases. Empty when no pod held the IP.</response>
    [HttpGet("ip/{ip}/history", Name = "ListLeases")]
    [HttpHead("ip/{ip}/history")]
    [ProducesResponseType<LeaseRecord[]>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = "The IP or a parameter is invalid.")]
    public async Task<LeaseRecord[]> ListLeases([FromRoute] HistoryQuery query, CancellationToken cancellationToken)
    {
        int limit = query.Limit ?? HistoryQuery.DefaultLimit;
        List<PodLease> leases = await pods.ListLeasesAsync(query.ParsedIp.Value!, limit + 1, query.ParsedContinue.Value, cancellationToken);
        if (leases.Count > limit)
        {
            PodLease last = leases[limit - 1];
            NextPageLink.Set(Response, PageToken.Of(new LeasePosition(last.ValidFrom, last.Name, last.Namespace), query.Scope));
        }

        return mapper.Map<LeaseRecord[]>(leases.Take(limit));
    }

    /// <summary>List the live pods of a node</summary>
    /// <remarks>Ordered by pod_namespace (null last) and pod_name, by code point. Parameters filter the list and divide it into pages. With
    /// Accept: application/x-ndjson, each line is one pod.</remarks>
    /// <param name="query">The node, the filters, and the page.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The node's live pods. Empty when the node is unknown.</response>
    [HttpGet("list/{node}", Name = "ListPodsOfNode")]
    [HttpHead("list/{node}")]
    [EnableRateLimiting(LimitServices.NodeListing)]
    [RequestTimeout(LimitServices.Listing)]
    [ProducesResponseType<IAsyncEnumerable<PodRecord>>(StatusCodes.Status200OK, "application/json", NdJson.MediaType)]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = InvalidParameter)]
    public Task<JsonArrayResult<PodRecord>> ListByNode([FromRoute] NodeQuery query, CancellationToken cancellationToken) =>
        ListAsync(query, cancellationToken);

    private static ContentResult NoDataFound() =>
        new() { StatusCode = StatusCodes.Status404NotFound, ContentType = "text/plain", Content = "No data found" };

    private static string Reason(IpAnswer answer) => answer switch
    {
        { Match: IpMatch.Malformed } => "That is no IP.",
        { Match: IpMatch.Forgotten } => "Leases that old are no longer kept.",
        { Candidates: > 1 } => "No pod is known to have held the IP at that moment, and several held it shortly before or after.",
        _ => "No pod is known to have held the IP at that moment.",
    };

    private async Task<JsonArrayResult<PodRecord>> ListAsync(PageQuery query, CancellationToken cancellationToken)
    {
        PodPage page = await pods.ListAsync(mapper.Map<PodQuery>(query), cancellationToken);
        if (page.Next is { } next)
        {
            NextPageLink.Set(Response, PageToken.Of(next, query.Scope));
        }

        return new JsonArrayResult<PodRecord>(page.Pods.Select(mapper.Map<PodRecord>), serializers.For(query.ParsedFields.Value), page);
    }
}
