using AutoMapper;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using PodMetadata.Api.Contracts;
using PodMetadata.Api.Errors;
using PodMetadata.Api.Limits;
using PodMetadata.Api.Security;
using PodMetadata.Domain;

namespace PodMetadata.Api.Controllers;

/// <summary>The pods.</summary>
[ApiController]
[Route("pod")]
[EnableRateLimiting(LimitServices.Lookup)]
[Authorize(Policy = Policies.Read)]
[ProducesResponseType<ProblemDetails>(StatusCodes.Status503ServiceUnavailable, ProblemJson, Description = NoDatabase)]
public sealed class PodController(PodService pods, IMapper mapper, FieldOptions fields, PastMoment moments) : ControllerBase
{
    // Else a parameter of the method's parameter's name, such as ?query=, would hide the others.
    private const string NoPrefix = "";

    private const string ProblemJson = "application/problem+json";
    private const string NoDatabase = "The database is out of reach; try again after the seconds in Retry-After.";
    private const string WrongBody = "The body is not right; errors says what is wrong, by member.";
    private const string TooLarge = "The body is too large.";
    private const string NoJson = "The body is not UTF-8 application/json.";
    private const string WrongParameter = "A parameter is not right; errors says what is wrong, by parameter.";

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
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = WrongBody)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status413PayloadTooLarge, ProblemJson, Description = TooLarge)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status415UnsupportedMediaType, ProblemJson, Description = NoJson)]
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
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = WrongBody)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status413PayloadTooLarge, ProblemJson, Description = TooLarge)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status415UnsupportedMediaType, ProblemJson, Description = NoJson)]
    public Task<int> MarkDead(DeadPod dead, CancellationToken cancellationToken) =>
        pods.MarkDeadAsync(PodText.Trimmed(dead.PodName)!, PodAddress.TryParse(dead.PodIp, out string? ip) ? ip : null, cancellationToken);

    /// <summary>List all pods</summary>
    /// <remarks>Ordered by pod_namespace (null last) and pod_name, by code point. Parameters narrow the list and cut it into pages; with Accept:
    /// application/x-ndjson there is one pod a line.</remarks>
    /// <param name="query">What narrows it.</param>
    /// <response code="200">The pods, live and dead.</response>
    [HttpGet("info", Name = "ListPods")]
    [HttpHead("info")]
    [EnableRateLimiting(LimitServices.Listing)]
    [RequestTimeout(LimitServices.Listing)]
    [ProducesResponseType<IAsyncEnumerable<PodRecord>>(StatusCodes.Status200OK, "application/json", NdJson.MediaType)]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = WrongParameter)]
    public JsonArrayResult<PodRecord> List([FromQuery(Name = NoPrefix)] ListQuery query) => Listing(query);

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
    /// with its own network before one on the host's, then the newest time_stamp, then the first name. The header Pod-Match says how sure that
    /// is. With at, who had the IP at that moment: the pod as it was when it got the IP, which is its time_stamp; dead if it no longer has it;
    /// pod_obj is null unless the pod that is stored is that very one.</remarks>
    /// <param name="ip" example="10.244.1.5">The IP, in any form.</param>
    /// <param name="moment">When.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The pod.</response>
    [HttpGet("ip/{ip}", Name = "FindPodByIp")]
    [HttpHead("ip/{ip}")]
    [ProducesResponseType<PodRecord>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = "at is not right.")]
    [ProducesResponseType<string>(StatusCodes.Status404NotFound, "text/plain", Description = "No data found; with at, a problem that says why.")]
    public async Task<IActionResult> FindByIp(string ip, [FromQuery(Name = NoPrefix)] MomentQuery moment, CancellationToken cancellationToken)
    {
        DateTime? at = moment.At is null ? null : PodTime.Parse(moment.At);
        IpAnswer answer = await pods.FindByIpAsync(ip, at, cancellationToken);
        if (answer.Pod is { } pod)
        {
            Response.Headers[MatchHeader.Name] = MatchHeader.Of(answer.Match);
            return Ok(mapper.Map<PodRecord>(pod));
        }

        return at is null
            ? NoDataFound()
            : new ProblemResult(ProblemDetailsFactory.CreateProblemDetails(HttpContext, StatusCodes.Status404NotFound, detail: WhyNobody(answer)));
    }

    /// <summary>Find the pods behind up to 1,000 IPs</summary>
    /// <remarks>Now, or at a moment each. Answers come in the order of the questions. Of pods on their host's network, and others that share an
    /// IP, the one that GET /pod/ip would answer.</remarks>
    /// <param name="questions">The IPs.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The answers. match is unique: the one live pod with the IP, or the one that had it then; shared: one of several; stale:
    /// live, but not posted for long, so that its node may be gone; dead: only dead pods had it; nearest: nobody had it then, but one pod so
    /// shortly before or after that clocks may differ by as much; unknown, as all of the future is; malformed: no IP; forgotten: before all that
    /// is kept.</response>
    [HttpPost("resolve", Name = "ResolveIps")]
    [EnableRateLimiting(LimitServices.Resolve)]
    [JsonBody]
    [ProducesResponseType<ResolvedIp[]>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = WrongBody)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status413PayloadTooLarge, ProblemJson, Description = TooLarge)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status415UnsupportedMediaType, ProblemJson, Description = NoJson)]
    public async Task<ResolvedIp[]> Resolve(IpToResolve[] questions, CancellationToken cancellationToken)
    {
        IpAnswer[] answers = await pods.FindByIpsAsync(
            Array.ConvertAll(questions, question => (question.Ip, question.At is null ? (DateTime?)null : PodTime.Parse(question.At))),
            moments.Last,
            cancellationToken);
        return [.. questions.Zip(answers, (question, answer) => new ResolvedIp
        {
            Ip = question.Ip,
            Match = answer.Match,
            Pod = mapper.Map<PodRecord?>(answer.Pod),
            Candidates = answer.Candidates,
        })];
    }

    /// <summary>List who had an IP</summary>
    /// <remarks>Newest first, as far back as leases are kept.</remarks>
    /// <param name="query">Whose leases.</param>
    /// <param name="cancellationToken">Ends with the request.</param>
    /// <response code="200">The leases; none when nobody had the IP.</response>
    [HttpGet("ip/{ip}/history", Name = "ListLeases")]
    [HttpHead("ip/{ip}/history")]
    [ProducesResponseType<LeaseRecord[]>(StatusCodes.Status200OK, "application/json")]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = "The IP or a parameter is not right.")]
    public async Task<LeaseRecord[]> ListLeases([FromRoute] HistoryQuery query, CancellationToken cancellationToken)
    {
        int limit = query.Limit ?? HistoryQuery.DefaultLimit;
        List<PodLease> leases = await pods.ListLeasesAsync(
            PodAddress.Parse(query.Ip), limit + 1, PageToken.ReadLease(query.Continue, query.Scope), cancellationToken);
        if (leases.Count > limit)
        {
            PodLease last = leases[limit - 1];
            NextPage.Link(Response, PageToken.Of(new LeasePosition(last.ValidFrom, last.Id), query.Scope));
        }

        return mapper.Map<LeaseRecord[]>(leases.Take(limit));
    }

    /// <summary>List the live pods of a node</summary>
    /// <remarks>Ordered by pod_namespace (null last) and pod_name, by code point. Parameters narrow the list and cut it into pages; with Accept:
    /// application/x-ndjson there is one pod a line.</remarks>
    /// <param name="query">Whose pods.</param>
    /// <response code="200">The node's live pods; none when the node is not known.</response>
    [HttpGet("list/{node}", Name = "ListPodsOfNode")]
    [HttpHead("list/{node}")]
    [EnableRateLimiting(LimitServices.NodeListing)]
    [RequestTimeout(LimitServices.Listing)]
    [ProducesResponseType<IAsyncEnumerable<PodRecord>>(StatusCodes.Status200OK, "application/json", NdJson.MediaType)]
    [ProducesResponseType<ValidationProblemDetails>(StatusCodes.Status400BadRequest, ProblemJson, Description = WrongParameter)]
    public JsonArrayResult<PodRecord> ListByNode([FromRoute] NodeQuery query) => Listing(query);

    private static ContentResult NoDataFound() =>
        new() { StatusCode = StatusCodes.Status404NotFound, ContentType = "text/plain", Content = "No data found" };

    private static string WhyNobody(IpAnswer answer) => answer switch
    {
        { Match: IpMatch.Malformed } => "That is no IP.",
        { Match: IpMatch.Forgotten } => "Who had an IP so long ago is no longer kept.",
        { Candidates: > 1 } => "Nobody is known to have had the IP at that moment, and several had it shortly before or after.",
        _ => "Nobody is known to have had the IP at that moment.",
    };

    private JsonArrayResult<PodRecord> Listing(PageQuery query)
    {
        PodPosition? next = null;
        IAsyncEnumerable<PodRecord> records = pods.StreamAsync(mapper.Map<PodQuery>(query)).Select(listed =>
        {
            next = listed.Next;
            return mapper.Map<PodRecord>(listed.Pod);
        });
        return new JsonArrayResult<PodRecord>(records)
        {
            Json = fields.For(query.Fields),
            OnBegin = response =>
            {
                if (next is not null)
                {
                    NextPage.Link(response, PageToken.Of(next, query.Scope));
                }
            },
        };
    }
}
