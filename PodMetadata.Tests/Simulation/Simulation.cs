namespace PodMetadata.Tests.Simulation;

/// <summary>Drives the service with a simulated cluster, asks it who has an IP and who had it, and counts how right it is.</summary>
internal sealed class Simulation(HttpClient http, int seed)
{
    private const int StepsBetweenQuestions = 10;

    private const int Questions = 60;

    private const int AskedAgain = 4;

    private readonly Random random = new(seed);

    private readonly SimClient client = new(http);

    private readonly Truth truth = new();

    private readonly Oracle oracle = new();

    private readonly NaiveTable naive = new();

    private readonly DateTime begun = SimCluster.Clock();

    private readonly List<string> mistakes = [];

    private SimCluster cluster = null!;

    public Tally Tally { get; } = new();

    /// <summary>Wrong answers where the truth was knowable, and answers that differ between GET and POST.</summary>
    public IReadOnlyList<string> Mistakes => mistakes;

    public async Task RunAsync(int steps, int pods)
    {
        cluster = new SimCluster(random, truth, oracle);
        cluster.Populate(pods);
        for (int step = 1; step <= steps; step++)
        {
            Task pace = Task.Delay(SimCluster.Pace); // its time stamps are the real clock's
            cluster.Step();
            await SendAsync(cluster.TakeDue());
            if (step % StepsBetweenQuestions == 0)
            {
                await AskAsync();
            }

            await pace;
        }
    }

    private async Task SendAsync(Message[] messages)
    {
        await Parallel.ForEachAsync(messages, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (message, _) =>
        {
            message.Sent = SimCluster.Clock();
            await client.SendAsync(message);
            message.Answered = SimCluster.Clock();
        });
        foreach (Message message in messages)
        {
            oracle.Arrive(message);
            naive.Take(message);
        }
    }

    private async Task AskAsync()
    {
        Question[] questions = [.. Enumerable.Range(0, Questions).Select(i => AnyQuestion(isThen: i % 2 == 0))];
        DateTime asked = SimCluster.Clock();
        Answer[] answers = await client.ResolveAsync(questions);
        for (int i = 0; i < Questions; i++)
        {
            Judge(questions[i], asked, answers[i]);
        }

        for (int i = 0; i < AskedAgain; i++)
        {
            if (await client.FindAsync(questions[i]) is var again && again != answers[i])
            {
                mistakes.Add($"{questions[i]} was answered {answers[i]} by POST, but {again} by GET");
            }
        }
    }

    private Question AnyQuestion(bool isThen)
    {
        string ip = cluster.Recent[random.Next(4) == 0 ? random.Next(cluster.Recent.Count) : Math.Max(0, cluster.Recent.Count - 1 - random.Next(300))];
        DateTime now = SimCluster.Clock();
        TimeSpan ago = TimeSpan.FromMicroseconds(random.NextDouble() * Math.Min((now - begun).TotalMicroseconds, 10_000_000));
        return new Question(ip, isThen ? now - TimeSpan.FromMicroseconds(Math.Floor(ago.TotalMicroseconds)) : null);
    }

    private void Judge(Question question, DateTime asked, Answer answer)
    {
        HashSet<PodKey> holders = truth.Holders(question.Ip, question.At ?? asked);
        string kind = question.At is not null ? Tally.Then : oracle.HasNamesake(question.Ip) ? Tally.NowNamesake : Tally.Now;
        bool isKnowable = question.At is { } at ? oracle.KnowsThen(question.Ip, at, holders) : oracle.KnowsNow(question.Ip, holders);
        Verdict verdict = answer.Judge(holders);
        Tally.Count(kind, isKnowable, verdict, naive.Find(question.Ip).Judge(holders));

        if (isKnowable && verdict == Verdict.Wrong)
        {
            mistakes.Add($"{question} was answered {answer}, but it was {(holders.Count == 0 ? "nobody" : string.Join(" and ", holders))}\n{oracle.Story(question.Ip)}");
        }
    }
}
