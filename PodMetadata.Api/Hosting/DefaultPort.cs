using System.Globalization;

namespace PodMetadata.Api.Hosting;

/// <summary>The default address.</summary>
internal static class DefaultPort
{
    private const int Port = 9090;

    /// <summary>Listens on loopback, on the port in <c>PORT</c> or 9090, unless ASP.NET Core's own settings name an address.</summary>
    /// <exception cref="FormatException"><c>PORT</c> is not a port number.</exception>
    public static IWebHostBuilder UseDefaultPort(this IWebHostBuilder webHost)
    {
        bool Configured(string key) => !string.IsNullOrEmpty(webHost.GetSetting(key));
        return Configured(WebHostDefaults.ServerUrlsKey) || Configured(WebHostDefaults.HttpPortsKey) || Configured(WebHostDefaults.HttpsPortsKey)
            ? webHost
            : webHost.UseUrls($"http://localhost:{ReadPort(webHost.GetSetting("PORT"))}");
    }

    private static int ReadPort(string? port) =>
        string.IsNullOrEmpty(port) ? Port
        : ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && number > 0 ? number
        : throw new FormatException($"PORT must be a number from 1 to {ushort.MaxValue}, not '{port}'.");
}
