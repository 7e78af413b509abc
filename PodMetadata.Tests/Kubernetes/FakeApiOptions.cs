using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>How a fake API server is.</summary>
internal sealed record FakeApiOptions
{
    /// <summary>What ALPN offers.</summary>
    public HttpProtocols Protocols { get; init; } = HttpProtocols.Http1AndHttp2;

    /// <summary>Whether it speaks HTTP without TLS.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Whether the kubeconfig names a file with the token instead of the token.</summary>
    public bool UsesTokenFile { get; init; }

    /// <summary>How often a watch that asks for bookmarks gets one.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a list waits for a version that is not there yet.</summary>
    public TimeSpan FreshnessTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How many versions are kept for watches and pages, before older ones are forgotten.</summary>
    public int History { get; init; } = 10_000;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
