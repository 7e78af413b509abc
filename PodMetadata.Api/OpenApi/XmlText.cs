namespace PodMetadata.Api.OpenApi;

/// <summary>Texts from XML documentation.</summary>
internal static class XmlText
{
    /// <summary>The text without the line breaks and the indentation it has in the source.</summary>
    public static string? OneLine(string? text) => text is null ? null : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
