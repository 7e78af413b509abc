using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;
using Microsoft.Extensions.Primitives;

namespace PodMetadata.Api.Security;

/// <summary>The content of a file, read again when it changes, or when a second file does to which it belongs. While the file is missing or invalid,
/// the last valid content stays in force.</summary>
internal sealed partial class WatchedFile<T> : IDisposable
    where T : class
{
    private readonly string key;
    private readonly string path;
    private readonly Func<Stream, T> parse;
    private readonly ILogger logger;
    private readonly List<PhysicalFileProvider> folders = [];
    private readonly IDisposable watch;
    private volatile T current;

    /// <summary>Reads and watches the file that a setting names.</summary>
    /// <param name="key">The setting.</param>
    /// <param name="path">The file.</param>
    /// <param name="parse">Reads its content, and that of the second file.</param>
    /// <param name="logger">The log.</param>
    /// <param name="second">Another file that is watched; null for none.</param>
    /// <exception cref="InvalidOperationException">The file is missing or invalid.</exception>
    public WatchedFile(string key, string path, Func<Stream, T> parse, ILogger logger, string? second = null)
    {
        (this.key, this.path, this.parse, this.logger) = (key, path, parse, logger);
        try
        {
            this.path = Path.GetFullPath(path);
            current = Read();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{key} cannot be used: {exception.Message}", exception);
        }

        Func<IChangeToken> first = Watch(this.path);
        Func<IChangeToken> either = second is null ? first : Both(first, Watch(Path.GetFullPath(second)));
        watch = ChangeToken.OnChange(either, ReadAgain);
        ReadAgain(); // it may have changed before the watch began
    }

    /// <summary>The last valid content.</summary>
    public T Current => current;

    public void Dispose()
    {
        watch.Dispose();
        folders.ForEach(folder => folder.Dispose());
    }

    private static Func<IChangeToken> Both(Func<IChangeToken> first, Func<IChangeToken> second) => () => new CompositeChangeToken([first(), second()]);

    // Polled, because Kubernetes replaces a symbolic link above a mounted file, which raises no event.
    private Func<IChangeToken> Watch(string file)
    {
        PhysicalFileProvider folder = new(Path.GetDirectoryName(file)!, ExclusionFilters.None) { UsePollingFileWatcher = true, UseActivePolling = true };
        folders.Add(folder);
        return () => folder.Watch(Path.GetFileName(file));
    }

    private T Read()
    {
        using FileStream stream = File.OpenRead(path);
        return parse(stream);
    }

    private void ReadAgain()
    {
        try
        {
            current = Read();
            LogRead(key, path);
        }
        catch (Exception exception) // whatever it is, it must not change who is let in, nor end the service
        {
            LogKept(key, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Key}: read {Path}")]
    private partial void LogRead(string key, string path);

    [LoggerMessage(LogLevel.Warning, "{Key} cannot be used, and what it said before still holds: {Reason}")]
    private partial void LogKept(string key, string reason);
}
