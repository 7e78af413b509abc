namespace PodMetadata.Tests.Faults;

/// <summary>Sends each request to one of several instances in turn, and to the next one when no connection to an instance can be made. A POST that
/// an instance has taken is not sent again, so one that is dropped in flight is seen. (A GET is, by .NET itself, when its connection is an old one.)</summary>
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
            catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError && tries < known.Length)
            {
                // the next one
            }
        }
    }
}
