namespace PodMetadata.Api.Security;

/// <summary>The authorization policies. Permission to write includes permission to read.</summary>
internal static class Policies
{
    public const string Read = "Read";

    public const string Write = "Write";
}
