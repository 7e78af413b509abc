using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;
using Microsoft.Extensions.Primitives;

namespace PodMetadata.Api.Security;

/// <summary>The content of a file, read again when it changes. While the file is missing or invalid, the last valid content stays in force.</summary>
internal sealed partial class WatchedFile<T> : IDisposable
    where T : class
{
    private readonly string key;
    private readonly string path;
    private readonly Func<Stream, T> parse;
    private readonly ILogger logger;
    private readonly PhysicalFileProvider files;
    private readonly IDisposable watch;
    private volatile T current;

    /// <summary>Reads and watches the file that a setting names.</summary>
    /// <exception cref="InvalidOperationException">The file is missing or invalid.</exception>
    public WatchedFile(string key, string path, Func<Stream, T> parse, ILogger logger)
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

        // Polled, because Kubernetes replaces a symbolic link above a mounted file, which raises no event.
        files = new PhysicalFileProvider(Path.GetDirectoryName(this.path)!, ExclusionFilters.None) { UsePollingFileWatcher = true, UseActivePolling = true };
        watch = ChangeToken.OnChange(() => files.Watch(Path.GetFileName(this.path)), ReadAgain);
        ReadAgain(); // it may have changed before the watch began
    }

    /// <summary>The last valid content.</summary>
    public T Current => current;

    public void Dispose()
    {
        watch.Dispose();
        files.Dispose();
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
        catch (Exception exception) // whatever it is, it must not change who is let in
        {
            LogKept(key, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Key}: read {Path}")]
    private partial void LogRead(string key, string path);

    [LoggerMessage(LogLevel.Warning, "{Key} cannot be used, and what it said before still holds: {Reason}")]
    private partial void LogKept(string key, string reason);
}
