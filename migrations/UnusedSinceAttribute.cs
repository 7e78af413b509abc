namespace PodMetadata.Migrations;

/// <summary>Marks a migration that removes something: the release before, which may still run beside this one, must not use it any more.</summary>
/// <param name="release">The first release that did not use it; it must be out.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class UnusedSinceAttribute(string release) : Attribute
{
    /// <summary>The first release that did not use what the migration removes, such as <c>1.2.0</c>.</summary>
    public string Release { get; } = release;
}
