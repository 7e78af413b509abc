using AutoMapper;
using CsCheck;
using FluentValidation;
using Microsoft.Extensions.DependencyInjection;
using PodMetadata.Api.Contracts;
using PodMetadata.Domain;
using PodMetadata.Domain.Json;

namespace PodMetadata.Tests.Api;

/// <summary>The validators name just the members that are wrong, and what they take can be mapped.</summary>
public sealed class ValidatorPropertyTests
{
    private static readonly Gen<(string?, bool)> Name = Either(["a", " web-0 ", "...", "a b", "日本", new string('n', 253)], [null, "", " \t", ".", " .. ", "a/b", "a%20", "a\0", new string('n', 254)]);
    private static readonly Gen<(string?, bool)> Namespace = Either([null, "", " ", "shop", " shop ", new string('n', 63)], ["a\0b", new string('n', 64)]);
    private static readonly Gen<(string?, bool)> Ip = Either(["10.0.0.1", " ::1 ", "::ffff:10.0.0.1", "FD00::A"], [null, "", "10.1", "010.0.0.1", "fe80::1%1", "[::1]", "nonsense"]);
    private static readonly Gen<(string?, bool)> DeadIp = Either([null, "", "  ", "10.0.0.1", "::1"], ["10.1", "nonsense", "a\0"]);
    private static readonly Gen<(string?, bool)> Identity = Either([null, "", "my-app", "a/b%", new string('i', 253)], ["a\0b", new string('i', 254)]);
    private static readonly Gen<(string?, bool)> Labels = Either([null, "{}", """{"a":"b"}""", """{"a":"\u00e9"}"""], ["[]", "5", """{"a":1}""", """{"a":"\u0000"}""", """{"a":"\ud800"}"""]);
    private static readonly Gen<(string?, bool)> Manifest = Either([null, "{}", "[[[]]]", "1e308", "\"\\ud83d\\ude00\""], ["1e309", "\"\\u0000\"", "[\"\\udc00\"]", "0e99999"]);
    private static readonly Gen<(string?, bool)> Time = Either(["2026-05-12T10:32:14", " 2026-05-12T10:32:14.123456789+23:59\n"], [null, "", "now", "2026-02-29T00:00:00", "0001-01-01T00:00:00+00:01"]);

    private ServiceProvider services = null!;

    [OneTimeSetUp]
    public void Build() => services = new ServiceCollection()
        .AddLogging()
        .AddMetrics()
        .AddSingleton<PodMetrics>()
        .AddAutoMapper(_ => { }, typeof(PodProfile))
        .AddValidatorsFromAssemblyContaining<PodProfile>(ServiceLifetime.Singleton, includeInternalTypes: true)
        .BuildServiceProvider();

    [OneTimeTearDown]
    public void Dispose() => services.Dispose();

    [Test]
    public void Of_a_pod_just_the_wrong_members_are_named()
    {
        IValidator<UpsertPodRequest> validator = services.GetRequiredService<IValidator<UpsertPodRequest>>();
        IMapper mapper = services.GetRequiredService<IMapper>();
        Gen.Select(Name, Namespace, Ip, Name, Identity, Labels, Manifest, Time).Sample(
            (name, space, ip, node, identity, labels, manifest, time) =>
            {
                UpsertPodRequest spec = new()
                {
                    PodName = name.Item1,
                    PodNamespace = space.Item1,
                    PodIp = ip.Item1,
                    NodeName = node.Item1,
                    PodIdentity = identity.Item1,
                    WorkloadSelectorLabels = Json(labels.Item1),
                    PodObj = Json(manifest.Item1),
                    TimeStamp = time.Item1,
                };
                string[] wrong = Wrong(("pod_name", name), ("pod_namespace", space), ("pod_ip", ip), ("node_name", node), ("pod_identity", identity), ("workload_selector_labels", labels), ("pod_obj", manifest), ("time_stamp", time));
                return Named(validator, spec).SequenceEqual(wrong) && (wrong.Length > 0 || mapper.Map<Pod>(spec).Name == name.Item1!.Trim());
            },
            iter: 5_000);
    }

    [Test]
    public void Of_a_dead_pod_just_the_wrong_members_are_named()
    {
        IValidator<MarkDeadRequest> validator = services.GetRequiredService<IValidator<MarkDeadRequest>>();
        Gen.Select(Name, DeadIp).Sample(
            (name, ip) => Named(validator, new MarkDeadRequest { PodName = name.Item1, PodIp = ip.Item1 }).SequenceEqual(Wrong(("pod_name", name), ("pod_ip", ip))), iter: 2_000);
    }

    private static Gen<(string?, bool)> Either(string?[] right, string?[] wrong) =>
        Gen.Frequency((4, Gen.OneOf<string?>(right).Select(text => (text, true))), (1, Gen.OneOf<string?>(wrong).Select(text => (text, false))));

    private static string[] Wrong(params (string Member, (string? Text, bool Right) Value)[] members) =>
        [.. members.Where(member => !member.Value.Right).Select(member => member.Member).Order()];

    // Each failure begins with its member, however the names are resolved.
    private static IEnumerable<string> Named<T>(IValidator<T> validator, T value) =>
        validator.Validate(value).Errors.Select(failure => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.PropertyName)).Order();

    private static JsonText? Json(string? text) => text is null ? null : JsonText.From(text);
}
