using System.Reflection;
using PodMetadata.Infrastructure;

namespace PodMetadata.Tests.Bench;

/// <summary>The statements that the store keeps to itself.</summary>
internal static class Statements
{
    public const string MarkDead =
        "UPDATE pod_details SET is_dead = true, died_at = coalesce(died_at, now()) WHERE pod_name = @pod_name AND (@pod_ip IS NULL OR pod_ip = @pod_ip)";

    public static string Upsert { get; } =
        (string)typeof(PodStore).GetField("Upsert", BindingFlags.Static | BindingFlags.NonPublic)!.GetRawConstantValue()!;
}
