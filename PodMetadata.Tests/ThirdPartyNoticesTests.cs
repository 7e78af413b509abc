using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace PodMetadata.Tests;

/// <summary>THIRD-PARTY-NOTICES.txt names the packages that are shipped, with the licences that they name themselves.</summary>
public sealed class ThirdPartyNoticesTests
{
    private const string FileName = "THIRD-PARTY-NOTICES.txt";

    /// <summary>What a package may be licensed under. A licence in the package's own words is printed whole, for people to read before they add it here.</summary>
    private static readonly string[] KnownLicences = ["MIT", "Apache-2.0", "PostgreSQL", "AutoMapper's own, LICENSE.md"];

    private static readonly string Line = new('-', 100);

    private static JsonNode Api(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(TestDatabase.Root, "PodMetadata.Api", file)))!;

    [Test]
    public void The_notices_are_those_of_the_packages_that_are_shipped()
    {
        Package[] packages = [.. Packages()];
        string expected = Notices(packages);
        string path = Path.Combine(TestDatabase.Root, FileName);
        File.WriteAllText(Path.Combine(TestDatabase.Root, ".local", FileName), expected);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(packages.Select(package => package.Licence).Distinct(), Is.SubsetOf(KnownLicences));
            Assert.That(File.Exists(path) ? File.ReadAllText(path) : "", Is.EqualTo(expected), "run scripts/third-party-notices");
        }
    }

    // This lock file has the packages of the other projects too, but for those that are not published: what the framework brings, and what `dotnet ef` uses.
    private static IEnumerable<Package> Packages()
    {
        string[] folders = [.. Api("obj/project.assets.json")["packageFolders"]!.AsObject().Select(folder => folder.Key)];
        return from package in Api("packages.lock.json")["dependencies"]!["net10.0"]!.AsObject()
               where package.Value!["type"]!.GetValue<string>() != "Project"
               orderby package.Key.ToUpperInvariant()
               select Package.Read(folders, package.Key, package.Value!["resolved"]!.GetValue<string>());
    }

    private static string Notices(Package[] packages)
    {
        StringBuilder text = new("""
            Third-party notices

            PodMetadata uses these packages of https://www.nuget.org as they are. Their licences are not PodMetadata's, which is in LICENSE.
            The image also has .NET (https://github.com/dotnet/runtime, MIT) and the packages of its base, which bring their notices along.
            AutoMapper is under the Reciprocal Public License 1.5 or a commercial licence: docs/decisions/automapper.md says what follows.
            Written by scripts/third-party-notices from PodMetadata.Api/packages.lock.json and what each package says of itself.


            """);
        foreach (Package package in packages)
        {
            text.Append(CultureInfo.InvariantCulture, $"{package.Name} {package.Version}\n    Licence: {package.Licence}{(package.LicenceUrl is { } url ? $" ({url})" : "")}\n");
            text.Append(CultureInfo.InvariantCulture, $"    {package.Copyright}\n    {package.Project}\n");
        }

        foreach (IGrouping<string, (Package Package, string File, string Text)> notice in packages
            .SelectMany(package => package.Texts.Select(file => (Package: package, File: file.Key, Text: file.Value)))
            .GroupBy(file => file.Text)
            .OrderBy(group => group.First().Package.LicenceUrl is not null)) // a package's own licence first
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Line}\n{notice.First().File} of {string.Join(", ", notice.Select(file => file.Package.Name))}\n{Line}\n\n{notice.Key}\n");
        }

        return text.ToString();
    }

    /// <summary>A package and what it says of itself. Texts are its files with licences and notices, by name.</summary>
    private sealed record Package(string Name, string Version, string Licence, string? LicenceUrl, string Copyright, string Project, Dictionary<string, string> Texts)
    {
        private static readonly string[] Prefixes = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "THIRD-PARTY", "THIRDPARTY"];

        public static Package Read(string[] folders, string name, string version)
        {
            string lower = name.ToLowerInvariant();
            string folder = folders.Select(cache => Path.Combine(cache, lower, version.ToLowerInvariant())).First(Directory.Exists);
            XElement nuspec = XDocument.Load(Path.Combine(folder, $"{lower}.nuspec")).Root!;
            XElement metadata = nuspec.Elements().Single(element => element.Name.LocalName == "metadata");
            string? Text(string element) => metadata.Elements().SingleOrDefault(child => child.Name.LocalName == element)?.Value.Trim();
            bool isFile = metadata.Elements().Single(child => child.Name.LocalName == "license").Attribute("type")!.Value == "file";
            string licence = Text("license")!;
            return new Package(
                name,
                version,
                isFile ? $"{name}'s own, {licence}" : licence,
                isFile ? null : $"https://spdx.org/licenses/{licence}.html",
                Text("copyright") ?? $"Authors: {Text("authors")}",
                Text("projectUrl") ?? $"https://www.nuget.org/packages/{name}",
                Directory.GetFiles(folder).Select(Path.GetFileName).OfType<string>()
                    .Where(file => file == licence || Prefixes.Any(prefix => file.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
                    .Order(StringComparer.Ordinal)
                    .ToDictionary(file => file, file => Lines(File.ReadAllText(Path.Combine(folder, file)))));
        }

        private static string Lines(string text) => string.Join('\n', text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).Trim('\n');
    }
}
