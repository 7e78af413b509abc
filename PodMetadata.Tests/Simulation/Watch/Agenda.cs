namespace PodMetadata.Tests.Simulation.Watch;

/// <summary>What will happen in a simulated cluster, by steps.</summary>
internal sealed class Agenda(Random random)
{
    private readonly PriorityQueue<Action, (int Step, int Number)> actions = new();

    private int count;

    /// <summary>The step of now.</summary>
    public int Step { get; private set; }

    /// <summary>Does something within some steps, unless its pod is deleted by then.</summary>
    public void Within(int steps, KubePod? pod, Action action) => actions.Enqueue(
        () =>
        {
            if (pod is not { IsDeleted: true })
            {
                action();
            }
        },
        (Step + 1 + random.Next(steps), ++count));

    /// <summary>Another step begins, and what is due happens.</summary>
    public void Advance()
    {
        Step++;
        while (actions.TryPeek(out _, out (int Step, int Number) at) && at.Step <= Step)
        {
            actions.Dequeue()();
        }
    }
}
