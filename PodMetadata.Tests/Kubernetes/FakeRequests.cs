namespace PodMetadata.Tests.Kubernetes;

/// <summary>The sorts of requests that the fake API server counts, and that a fault can be for.</summary>
[Flags]
internal enum FakeRequests
{
    /// <summary>A list, or its first page.</summary>
    List = 1,

    /// <summary>A later page of a list.</summary>
    Page = 2,

    Watch = 4,

    /// <summary>A GET of one object.</summary>
    Get = 8,

    /// <summary>A POST, PUT or DELETE.</summary>
    Write = 16,

    /// <summary>A list of one object, which is made to learn the version.</summary>
    Probe = 32,

    All = List | Page | Watch | Get | Write | Probe,
}
