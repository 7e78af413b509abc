using System.Globalization;
using System.Text.Json.Nodes;

namespace PodMetadata.Tests.RealCluster;

/// <summary>Asks who held which IP at moments of a time, and judges the answers by the journal.</summary>
internal sealed class PastQuestions(HttpClient http, PodJournal journal, DateTime since, DateTime until)
{
    // Statuses have whole seconds. One that has no beginning yet says when the kubelet took the pod. A deletion without an end counts when it is received.
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WrittenTolerance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReceiptTolerance = TimeSpan.FromSeconds(2);

    // Resolution:ClockSkew.
    private static readonly TimeSpan Near = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Inside = TimeSpan.FromSeconds(2);

    private readonly List<string> wrong = [];

    public int Asked { get; private set; }

    /// <summary>Answers that name a pod that had the IP, or none where there was none.</summary>
    public int Right { get; private set; }

    /// <summary>Answers that name none where there was one, or the nearest.</summary>
    public int Unknown { get; private set; }

    /// <summary>Questions that had to be answered with the pod.</summary>
    public int Knowable { get; private set; }

    /// <summary>Each wrong answer, with the truth and what is stored.</summary>
    public IReadOnlyList<string> Wrong => wrong;

    /// <summary>Asks some.</summary>
    public async Task AskAsync(int count, Random random)
    {
        PodStay[] stays = journal.Since(since);
        (string Ip, DateTime? At)[] questions = [.. Enumerable.Range(0, count).Select(_ => (stays[random.Next(stays.Length)] is var stay ? stay.Ip : "", (DateTime?)MomentOf(stay, random)))];
        JsonNode[] answers = await StoredPods.ResolveAsync(http, questions);
        foreach (((string ip, DateTime? at), JsonNode answer) in questions.Zip(answers))
        {
            Asked++;
            if (Judge(ip, at!.Value, $"{answer["match"]}", answer["pod"] is { } pod ? StoredPods.KeyOf(pod) : null) is { } mistake)
            {
                wrong.Add($"{mistake}\n{await StoryAsync(ip)}");
            }
        }
    }

    /// <summary>A moment shortly before, in, or shortly after a stay.</summary>
    private DateTime MomentOf(PodStay stay, Random random)
    {
        DateTime from = stay.From > since ? stay.From : since;
        DateTime to = stay.To < until ? stay.To.Value : until;
        TimeSpan around = TimeSpan.FromSeconds(random.NextDouble() * 8) - TimeSpan.FromSeconds(4);
        DateTime at = random.Next(4) switch
        {
            0 => from + around,
            1 => to + around,
            _ => from + ((to - from) * random.NextDouble()),
        };
        at = at < since ? since : at > until ? until : at;
        return new DateTime(at.Ticks - (at.Ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
    }

    /// <summary>What is wrong with an answer; null when nothing is.</summary>
    private string? Judge(string ip, DateTime at, string match, string? pod)
    {
        PodStay[] stays = journal.At(ip);
        PodStay[] holders = [.. stays.Where(stay => stay.From <= at && !(stay.To <= at))];
        TimeSpan tolerance = match == "nearest" ? Near : TimeSpan.Zero;
        bool mustKnow = holders.Any(stay => stay.From + Inside < at && !(stay.EarliestTo - Inside < at) && !journal.IsHidden(stay, at));
        Knowable += mustKnow ? 1 : 0;
        string question = string.Create(CultureInfo.InvariantCulture, $"Who had {ip} at {at:HH:mm:ss.ffffff}? {match} {pod}");
        if (pod is not null && !stays.Any(stay => stay.Pod == pod && MayHaveHeld(stay, at, tolerance)))
        {
            return $"{question}, which did not have it";
        }

        if (mustKnow && !(match == "unique" || (match == "shared" && holders.Length > 1)))
        {
            return $"{question}, and it was there to be seen";
        }

        bool isRight = match is "unique" or "shared" || (match == "unknown" && holders.Length == 0);
        Right += isRight ? 1 : 0;
        Unknown += isRight ? 0 : 1;
        return null;
    }

    private static bool MayHaveHeld(PodStay stay, DateTime at, TimeSpan tolerance) =>
        stay.From - StartTolerance - tolerance <= at && !(stay.To + (stay.IsEndWritten ? WrittenTolerance : ReceiptTolerance) + tolerance < at);

    private async Task<string> StoryAsync(string ip)
    {
        JsonNode[] leases = await StoredPods.HistoryAsync(http, ip);
        return string.Join('\n',
        [
            .. journal.At(ip).OrderBy(stay => stay.From).TakeLast(8).Select(stay => $"  truth: {stay}"),
            .. leases.Take(8).Reverse().Select(lease => $"  lease: {StoredPods.KeyOf(lease)} from {lease["valid_from"]} to {lease["valid_to"]}"),
        ]);
    }
}
