namespace PodMetadata.Tests.RealCluster;

/// <summary>A time in which nobody may have watched.</summary>
/// <param name="From">When the watch may have ended.</param>
/// <param name="To">When it had surely begun again, with all pods listed.</param>
internal sealed record Gap(DateTime From, DateTime To)
{
    // How long before a gap the pods were last vouched for: the interval of that, and some time for a slow machine.
    private static readonly TimeSpan LongestSinceVouched = TimeSpan.FromSeconds(13);

    // What happens shortly before the end may be in no event that was read.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>Whether this gap hides that a pod had its IP at a moment of its stay.</summary>
    public bool Hides(PodStay stay, DateTime at) =>
        (Contains(stay.GoneAt) && (at > From - LongestSinceVouched || Contains(stay.From)))
        || (Contains(stay.From) && (stay.WasRestarted || Contains(stay.To)));

    private bool Contains(DateTime? moment) => moment >= From - Margin && moment <= To;
}
