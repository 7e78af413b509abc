namespace PodMetadata.Tests.Faults;

/// <summary>What became of a request.</summary>
internal enum Outcome
{
    /// <summary>200 with the right content.</summary>
    Served,

    /// <summary>503 or 429 as promised: a problem, with <c>Retry-After</c>.</summary>
    Refused,

    /// <summary>A list that broke off after its first byte, which the client notices.</summary>
    Cut,

    /// <summary>Anything else: another status, a wrong content, no answer.</summary>
    Other,
}
