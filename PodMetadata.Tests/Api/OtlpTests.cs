using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PodMetadata.Tests.Api;

/// <summary>With OpenTelemetry's variables set, traces and metrics go to their receiver.</summary>
[Parallelizable]
public sealed class OtlpTests
{
    private readonly ConcurrentQueue<(string Signal, string Body)> received = new();
    private readonly TaskCompletionSource<TimeSpan> givenUp = new();
    private WebApplication receiver = null!;

    [SetUp]
    public async Task StartReceiverAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        receiver = builder.Build();
        receiver.Urls.Add("http://127.0.0.1:0");
        receiver.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using StreamReader reader = new(request.Body, Encoding.Latin1); // of protobuf only the texts are looked for
            received.Enqueue((signal, await reader.ReadToEndAsync()));
        });
        receiver.MapPost("/silent", async (HttpContext context) =>
        {
            Stopwatch waited = Stopwatch.StartNew();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => givenUp.TrySetResult(waited.Elapsed), TaskScheduler.Default);
        });
        await receiver.StartAsync();
        received.Clear();
    }

    [TearDown]
    public async Task StopReceiverAsync() => await receiver.DisposeAsync();

    [Test]
    public async Task Traces_and_metrics_are_sent_without_manifests()
    {
        await using ServiceProcess service = await StartAsync("OTEL_EXPORTER_OTLP_ENDPOINT", "");
        string traces = await ReceivedAsync("traces", "pod/spec", "INSERT INTO pod_details");
        string metrics = await ReceivedAsync("metrics", "pod_metadata.upserts", "http.server.request.duration", "db.client.operation.duration");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(traces + metrics, Does.Contain("pod-metadata").And.Not.Contain("SECRET-MANIFEST"));
            Assert.That(traces, Does.Not.Contain("/metrics"));
        }
    }

    [Test]
    public async Task One_signal_alone_is_sent_where_only_its_receiver_is_named()
    {
        await using ServiceProcess service = await StartAsync("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "/v1/metrics");
        await ReceivedAsync("metrics", "pod_metadata.upserts");
        using HttpResponseMessage refused = await service.Http.GetAsync("/none");
        JsonNode problem = await Problems.ReadAsync(refused, HttpStatusCode.NotFound);
        Assert.That(problem["traceId"]!.GetValue<string>(), Does.EndWith("-00"), "not sampled");
    }

    [Test]
    public async Task A_receiver_that_does_not_answer_is_given_up_in_the_time_set_for_its_signal()
    {
        await using ServiceProcess service = await StartAsync("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "/silent", ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "300"));
        Assert.That(await givenUp.Task.WaitAsync(TimeSpan.FromMinutes(2)), Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    private async Task<ServiceProcess> StartAsync(string variable, string path, params (string Name, string Value)[] more)
    {
        ServiceProcess service = await ServiceProcess.StartAsync(
            [(variable, receiver.Urls.Single() + path),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
            .. more]);
        await service.Http.GetAsync("/metrics");
        using HttpResponseMessage response = await service.Http.PostAsync(
            "/pod/spec", new StringContent(PodJson.With("""{ "pod_obj": { "env": "SECRET-MANIFEST" } }""").ToJsonString(), null, "application/json"));
        Assert.That(response.IsSuccessStatusCode);
        return service;
    }

    /// <summary>All that came of a signal, once it has these texts.</summary>
    private async Task<string> ReceivedAsync(string signal, params string[] texts)
    {
        string all = "";
        await Wait.UntilAsync(() =>
        {
            all = string.Concat(received.Where(message => message.Signal == signal).Select(message => message.Body));
            return Task.FromResult(!Missing().Any());
        }, otherwise: () => $"Of {signal} there is no {string.Join(", no ", Missing())}.");
        return all;

        IEnumerable<string> Missing() => texts.Where(text => !all.Contains(text, StringComparison.Ordinal));
    }
}
