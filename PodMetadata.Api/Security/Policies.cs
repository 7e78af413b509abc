namespace PodMetadata.Api.Security;

/// <summary>What a request may need permission for; who may write may also read.</summary>
internal static class Policies
{
    public const string Read = "Read";

    public const string Write = "Write";
}
