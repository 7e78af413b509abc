namespace PodMetadata.Api;

/// <summary>Where the service listens when nothing says otherwise.</summary>
internal static class DefaultPort
{
    private const string Port = "9090";

    /// <summary>Listens on loopback, on the port in <c>PORT</c> or 9090, unless ASP.NET Core's own settings name an address.</summary>
    public static IWebHostBuilder UseDefaultPort(this IWebHostBuilder webHost)
    {
        bool Configured(string key) => !string.IsNullOrEmpty(webHost.GetSetting(key));
        return Configured(WebHostDefaults.ServerUrlsKey) || Configured(WebHostDefaults.HttpPortsKey) || Configured(WebHostDefaults.HttpsPortsKey)
            ? webHost
            : webHost.UseUrls($"http://localhost:{webHost.GetSetting("PORT") ?? Port}");
    }
}
