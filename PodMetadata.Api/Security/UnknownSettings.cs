namespace PodMetadata.Api.Security;

/// <summary>Settings that nothing reads; where a slip of the pen would open the service, they are refused.</summary>
internal static class UnknownSettings
{
    /// <summary>A sentence for every key under a section that is no property of <typeparamref name="T"/>.</summary>
    public static IEnumerable<string> Complaints<T>(IConfiguration section) =>
        section.GetChildren()
            .Where(child => !typeof(T).GetProperties().Any(property => property.CanWrite && property.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)))
            .Select(child => $"{child.Path} is not a setting.");
}
