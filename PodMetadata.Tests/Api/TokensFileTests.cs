namespace PodMetadata.Tests.Api;

/// <summary>Tokens in a mounted file, changed while the service runs.</summary>
[Parallelizable]
public sealed class TokensFileTests : ServiceTests
{
    private const string OldToken = "old-token-0123456789";
    private const string NewToken = "new-token-0123456789";

    private string folder = null!;
    private Service secured = null!;

    [SetUp]
    public async Task StartSecuredAsync()
    {
        folder = Directory.CreateTempSubdirectory("pod-metadata-").FullName;
        Mount("..first", $$"""{ "controller": { "Token": "{{OldToken}}", "Role": "write" } }""");
        File.CreateSymbolicLink(Path.Combine(folder, "tokens.json"), Path.Combine("..data", "tokens.json"));
        secured = await Service.StartAsync(Service.ConnectionString, waitUntilReady: false, new Dictionary<string, string?>
        {
            ["Authentication:TokensFile"] = Path.Combine(folder, "tokens.json"),
        });
    }

    [TearDown]
    public async Task StopSecuredAsync()
    {
        await secured.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task Tokens_change_with_the_file_and_stay_while_it_is_missing_or_wrong()
    {
        Assert.That((await secured.AllowedAsync(OldToken), await secured.AllowedAsync(NewToken)), Is.EqualTo(((200, 200), (401, 401))));

        Mount("..wrong", $$"""{ "controller": { "Token": {{NewToken}}, "Role": "write" } }""");
        await AssertKeptAsync("It is not valid JSON, in line 1.");

        File.Delete(Path.Combine(folder, "..data"));
        await AssertKeptAsync("Could not find ");

        Mount("..right", $$"""{ "controller": { "Token": "{{OldToken}}", "Role": "read" }, "next": { "Token": "{{NewToken}}", "Role": "write" } }""");
        await Wait.UntilAsync(async () => await secured.AllowedAsync(NewToken) == (200, 200));
        Assert.That(await secured.AllowedAsync(OldToken), Is.EqualTo((200, 403)));
    }

    private async Task AssertKeptAsync(string reason)
    {
        await Wait.UntilAsync(() => Task.FromResult(secured.Warnings().Any(warning => warning.Contains(reason, StringComparison.Ordinal))));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await secured.AllowedAsync(OldToken), Is.EqualTo((200, 200)));
            Assert.That(await secured.AllowedAsync(NewToken), Is.EqualTo((401, 401)));
            Assert.That(await secured.AllowedAsync(null), Is.EqualTo((401, 401)));
            Assert.That(secured.Log.GetSnapshot().Select(record => $"{record.Message} {record.Exception}"), Has.None.Contains(NewToken));
        }
    }

    /// <summary>Puts the file into a folder of its own and turns the link <c>..data</c> to it, as Kubernetes does.</summary>
    private void Mount(string name, string json)
    {
        Directory.CreateDirectory(Path.Combine(folder, name));
        File.WriteAllText(Path.Combine(folder, name, "tokens.json"), json);
        File.Delete(Path.Combine(folder, "..data"));
        File.CreateSymbolicLink(Path.Combine(folder, "..data"), name);
    }
}
