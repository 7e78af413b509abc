namespace PodMetadata.Tests.Faults;

/// <summary>Sends each request to one of several instances in turn, and to the next one when an instance gives no answer at all. A write may
/// then arrive twice, which changes nothing.</summary>
internal sealed class Balancer(Func<Uri[]> instances) : DelegatingHandler
{
    private int turns;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Uri[] known = instances();
        string path = request.RequestUri!.PathAndQuery;
        int turn = Interlocked.Increment(ref turns) & int.MaxValue;
        for (int tries = 1; ; tries++)
        {
            request.RequestUri = new Uri(known[(turn + tries) % known.Length], path);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException) when (tries < known.Length)
            {
                // the next one
            }
        }
    }
}
