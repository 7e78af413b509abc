using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>Who may do what: the bearer of the token everything that was not taken away, others nothing.</summary>
internal sealed class FakeAccess
{
    public const string User = "system:serviceaccount:pod-metadata:pod-metadata";

    private const string Scheme = "Bearer ";

    private volatile string token = NewToken();
    private ImmutableHashSet<(string Verb, string Resource)> denied = [];

    public string Token => token;

    /// <summary>Makes a new token, the only one that holds.</summary>
    public void Rotate() => token = NewToken();

    public void Deny(string verb, string resource) => ImmutableInterlocked.Update(ref denied, set => set.Add((verb, resource)));

    public void Allow(string verb, string resource) => ImmutableInterlocked.Update(ref denied, set => set.Remove((verb, resource)));

    public void Check(FakeRequest request, HttpContext context)
    {
        string credentials = context.Request.Headers.Authorization.ToString();
        if (credentials.Length == 0)
        {
            throw FakeStatusException.Forbidden(request, "system:anonymous");
        }

        if (credentials != Scheme + token)
        {
            throw FakeStatusException.Unauthorized();
        }

        if (denied.Contains((request.Verb, request.Resource.Plural)))
        {
            throw FakeStatusException.Forbidden(request, User);
        }
    }

    private static string NewToken() => Guid.NewGuid().ToString("N");
}
