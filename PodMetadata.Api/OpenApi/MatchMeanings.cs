using System.Xml.Linq;
using PodMetadata.Api.Contracts;
using PodMetadata.Domain;

namespace PodMetadata.Api.OpenApi;

/// <summary>The meanings of <see cref="IpMatch"/>, read from its XML documentation, where they stand once.</summary>
internal static class MatchMeanings
{
    private static readonly Lazy<Dictionary<string, string>> Summaries = new(() => XDocument
        .Load(Path.ChangeExtension(typeof(IpMatch).Assembly.Location, ".xml"))
        .Descendants("member")
        .ToDictionary(member => member.Attribute("name")!.Value, member => XmlText.OneLine(member.Element("summary")?.Value) ?? ""));

    /// <summary>A line of Markdown for each of the matches.</summary>
    public static string Describe(IEnumerable<IpMatch> matches) => string.Join(
        '\n',
        matches.Select(match => $"- `{MatchHeader.Of(match)}`: {Summaries.Value[$"F:{typeof(IpMatch).FullName}.{match}"]}"));
}
