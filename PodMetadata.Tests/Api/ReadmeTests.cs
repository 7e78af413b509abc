using System.Text.RegularExpressions;

namespace PodMetadata.Tests.Api;

/// <summary>The README's tour answers as printed there.</summary>
public sealed partial class ReadmeTests : ServiceTests
{
    [Test]
    public async Task The_tour_answers_as_printed()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(TestDatabase.Root, "README.md"));
        string tour = readme.Split("\n## ").Single(section => section.StartsWith("Tour\n", StringComparison.Ordinal));
        string[] console = [.. tour.Split("```").Where(block => block.StartsWith("console\n", StringComparison.Ordinal)).Select(block => block["console\n".Length..])];
        string[] steps = [.. string.Concat(console).Split("$ ", StringSplitOptions.RemoveEmptyEntries)];
        Assert.That(steps, Has.Length.EqualTo(6));
        foreach (string step in steps)
        {
            string[] parts = step.Split('\n', 2);
            Assert.That((await RunAsync(parts[0])).TrimEnd(), Is.EqualTo(parts[1].TrimEnd()), parts[0]);
        }
    }

    private async Task<string> RunAsync(string command)
    {
        Match curl = Curl().Match(command);
        Assert.That(curl.Success, command);
        using HttpResponseMessage response = curl.Groups["body"] is { Success: true } body
            ? await Service.PostAsync(curl.Groups["path"].Value, body.Value)
            : await Service.Http.GetAsync(curl.Groups["path"].Value);
        return await response.Content.ReadAsStringAsync();
    }

    [GeneratedRegex(@"\Acurl -s localhost:9090(?<path>/\S+)( --json '(?<body>[^']+)')?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Curl();
}
