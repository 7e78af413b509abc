namespace PodMetadata.Tests.Bench;

/// <summary>The service's own statements beside EF Core's.</summary>
[Order(3), Explicit(Long)]
public sealed class OrmCostTests : BenchFixture
{
    [Test, Category("orm")]
    public async Task What_EF_Core_would_cost()
    {
        Subject subject = await SubjectAsync(Standard);
        OrmCost cost = await OrmCost.StartAsync(subject.ConnectionString, Standard);
        foreach ((string work, int times, Func<Task> statement, Func<Task> orm) in cost.Works)
        {
            List<(double Cpu, double Elapsed, double Allocated)> ratios = [];
            await RoundsAsync($"orm, {work}", async _ =>
            {
                await OrmCost.MeasureAsync(times, statement);
                await OrmCost.MeasureAsync(times, orm);
                (double Cpu, double Elapsed, double Allocated) raw = await OrmCost.MeasureAsync(times, statement);
                (double Cpu, double Elapsed, double Allocated) mapped = await OrmCost.MeasureAsync(times, orm);
                ratios.Add((mapped.Cpu / raw.Cpu, mapped.Elapsed / raw.Elapsed, mapped.Allocated / raw.Allocated));
            });
            report.Add(new Goal($"EF Core / statement, time: {work}", Run.Middle(ratios.Select(ratio => ratio.Elapsed))));
            report.Add(new Goal($"EF Core / statement, CPU: {work}", Run.Middle(ratios.Select(ratio => ratio.Cpu))));
            report.Add(new Goal($"EF Core / statement, memory: {work}", Run.Middle(ratios.Select(ratio => ratio.Allocated))));
        }
    }
}
