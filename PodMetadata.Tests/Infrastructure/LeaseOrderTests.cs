using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PodMetadata.Domain;
using PodMetadata.Tests.Api;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>The leases of a pod do not depend on the order in which its records arrive.</summary>
[Parallelizable]
public sealed class LeaseOrderTests : ServiceTests
{
    private const int Histories = 10_000;

    // (time, IP, dead), in the order of arrival.
    [TestCase("28 A, 62 B dead, 18 A, 31 A dead, 79 C, 44 B, 70 C", ExpectedResult = "A 18-31 B 44-62 C 70-")]
    [TestCase("12 A, 21 B, 53 C dead, 30 B dead, 34 C, 16 A, 24 B, 21 B, 21 B", ExpectedResult = "A 12-21 B 21-30 C 34-53")]
    [TestCase("10 A, 30 A dead, 40 A dead, 35 B", ExpectedResult = "A 10-30 B 35-40")]
    public async Task<string> A_death_that_is_told_before_the_life_it_ends_ends_that_one(string records)
    {
        Event[] events = [.. records.Split(", ").Select(record => record.Split(' ')).Select(words =>
            new Event(int.Parse(words[0], CultureInfo.InvariantCulture), words[1][0] - 'A', words.Length > 2))];
        await WriteAsync([events]);
        return (await LeasesAsync())[0];
    }

    [Test]
    public async Task Any_order_with_repeats_gives_the_leases_of_the_order_in_time()
    {
        Random random = new(20261128);
        Event[][] inTime = [.. Enumerable.Range(0, Histories).Select(_ => History(random))];
        Event[][] arrivals = [.. inTime.Select(history => Shuffle(history, random))];
        await WriteAsync(arrivals);
        string[] leases = await LeasesAsync();
        using (Assert.EnterMultipleScope())
        {
            for (int i = 0; i < Histories; i++)
            {
                Assert.That(leases[i], Is.EqualTo(Expected(inTime[i], arrivals[i])), $"in time: {Text(inTime[i])}; arrived: {Text(arrivals[i])}");
            }
        }
    }

    /// <summary>A pod's life: stays at one IP after another, none twice, each with records that confirm it, and some with ends.</summary>
    private static Event[] History(Random random)
    {
        List<Event> events = [];
        int time = 10;
        int stays = random.Next(1, 5);
        for (int ip = 0; ip < stays; ip++)
        {
            for (int lives = random.Next(ip == 0 ? 1 : 0, 4); lives > 0; lives--)
            {
                events.Add(new Event(time += random.Next(1, 10), ip, IsDead: false));
            }

            for (int ends = random.Next(3) - 1; ends > 0; ends--)
            {
                events.Add(new Event(time += random.Next(1, 10), ip, IsDead: true));
            }
        }

        return [.. events];
    }

    /// <summary>The records in another order, some of them twice, and in some histories marks that come in between.</summary>
    private static Event[] Shuffle(Event[] history, Random random)
    {
        List<Event> arrivals = [.. history, .. history.Where(_ => random.Next(4) == 0)];
        for (int marks = Math.Max(0, random.Next(5) - 2); marks > 0; marks--)
        {
            arrivals.Add(Event.Mark(history[random.Next(history.Length)].Ip));
        }

        Event[] shuffled = [.. arrivals];
        random.Shuffle(shuffled);
        return shuffled;
    }

    /// <summary>The leases by the order in time. A lease that nothing ends was ended by a mark if one came when it was known and open.</summary>
    private static string Expected(Event[] history, Event[] arrivals)
    {
        StringBuilder leases = new();
        for (int i = 0; i < history.Length; i++)
        {
            Event began = history[i];
            if (began.IsDead || (i > 0 && !history[i - 1].IsDead && history[i - 1].Ip == began.Ip))
            {
                continue;
            }

            Event? ended = history.Skip(i).FirstOrDefault(other => other.IsDead || other.Ip != began.Ip);
            string end = ended is not null ? $"{ended.Time}" : IsMarked(began.Ip, arrivals) ? "mark" : "";
            leases.Append(CultureInfo.InvariantCulture, $"{(leases.Length == 0 ? "" : " ")}{(char)('A' + began.Ip)} {began.Time}-{end}");
        }

        return leases.ToString();
    }

    /// <summary>Whether a mark of the last IP came when the pod was known to live there, and nothing later was known.</summary>
    private static bool IsMarked(int ip, Event[] arrivals) => arrivals
        .Select((arrival, i) => arrival.IsMark && arrival.Ip == ip && arrivals.Take(i).Any(before => before.Ip == ip && before is { IsMark: false, IsDead: false }))
        .Any(isMarked => isMarked);

    private static string Text(Event[] events) => string.Join(' ', events.Select(one =>
        one.IsMark ? $"(mark {(char)('A' + one.Ip)})" : $"({one.Time} {(char)('A' + one.Ip)}{(one.IsDead ? " dead" : "")})"));

    /// <summary>Lets the records of each history arrive at a pod of its own, one after the other.</summary>
    private Task WriteAsync(Event[][] arrivals)
    {
        IPodStore store = Service.Services.GetRequiredService<IPodStore>();
        ParallelOptions many = new() { MaxDegreeOfParallelism = 64 };
        return Parallel.ForEachAsync(Enumerable.Range(0, arrivals.Length), many, async (pod, cancellationToken) =>
        {
            foreach (Event arrival in arrivals[pod])
            {
                if (arrival.IsMark)
                {
                    await store.MarkDeadAsync(Name(pod), Ip(arrival.Ip), cancellationToken);
                }
                else
                {
                    await store.UpsertAsync(Record(pod, arrival), cancellationToken);
                }
            }
        });
    }

    private async Task<string[]> LeasesAsync() => ((string)(await Service.SqlAsync($"""
        SELECT string_agg(leases, '|' ORDER BY pod_name COLLATE "C") FROM (
            SELECT pod_name, string_agg(format('%s %s-%s', chr(64 + split_part(pod_ip, '.', 4)::int), extract(epoch FROM valid_from - '{Moments.At(0)}')::int,
                CASE WHEN valid_to > '{Moments.At(1000)}' THEN 'mark' ELSE extract(epoch FROM valid_to - '{Moments.At(0)}')::int::text END), ' ' ORDER BY valid_from, valid_to) AS leases
            FROM {Leases.All} AS lease GROUP BY pod_name) AS pods
        """))!).Split('|');

    private static Pod Record(int pod, Event arrival) => new()
    {
        Name = Name(pod),
        Namespace = "a",
        Ip = Ip(arrival.Ip),
        NodeName = "n1",
        IsDead = arrival.IsDead,
        TimeStamp = DateTime.Parse(Moments.At(arrival.Time), CultureInfo.InvariantCulture),
    };

    private static string Name(int pod) => string.Create(CultureInfo.InvariantCulture, $"pod-{pod:00000}");

    private static string Ip(int ip) => $"10.0.0.{ip + 1}";

    private sealed record Event(int Time, int Ip, bool IsDead, bool IsMark = false)
    {
        public static Event Mark(int ip) => new(0, ip, IsDead: false, IsMark: true);
    }
}
