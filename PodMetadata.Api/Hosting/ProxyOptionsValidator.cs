using System.Net;
using Microsoft.Extensions.Options;
using PodMetadata.Domain;

namespace PodMetadata.Api.Hosting;

/// <summary>Rejects addresses and networks that a reader could take for others.</summary>
internal sealed class ProxyOptionsValidator(IConfiguration configuration) : IValidateOptions<ProxyOptions>
{
    private const string ProxiesKey = $"{ProxyOptions.Section}:{nameof(ProxyOptions.KnownProxies)}";
    private const string NetworksKey = $"{ProxyOptions.Section}:{nameof(ProxyOptions.KnownNetworks)}";

    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        string[] complaints =
        [
            .. Complaints(ProxiesKey, address => PodAddress.TryParse(address, out _), "addresses, such as 10.0.0.7"),
            .. Complaints(NetworksKey, IsNetwork, "networks, such as 10.0.0.0/24, with zeros after the prefix"),
        ];
        return complaints.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(complaints);
    }

    // The platform takes 10.0.0.7/8 for 10.0.0.0/8.
    private static bool IsNetwork(string? text) =>
        PodAddress.TryParse(text?.Split('/')[0], out _) && IPNetwork.TryParse(text, out IPNetwork network)
        && network.BaseAddress.Equals(IPAddress.Parse(text.AsSpan(0, text!.IndexOf('/', StringComparison.Ordinal))));

    // The configuration, because options leave out entries that are no text.
    private IEnumerable<string> Complaints(string key, Func<string?, bool> isRight, string what)
    {
        IConfigurationSection list = configuration.GetSection(key);
        if (list.Exists() && (!string.IsNullOrEmpty(list.Value) || !list.GetChildren().All(entry => isRight(entry.Value))))
        {
            yield return $"{key} must be a list of {what}.";
        }
    }
}
