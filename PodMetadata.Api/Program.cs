using FluentValidation;
using FluentValidation.AspNetCore;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using PodMetadata.Api.Contracts;
using PodMetadata.Api.Controllers;
using PodMetadata.Api.Errors;
using PodMetadata.Api.Health;
using PodMetadata.Api.Hosting;
using PodMetadata.Api.Limits;
using PodMetadata.Api.OpenApi;
using PodMetadata.Api.Security;
using PodMetadata.Api.Telemetry;
using PodMetadata.Domain;
using PodMetadata.Infrastructure;

try
{
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(MigrateCommand.WithoutFlag(args));
    builder.WebHost.UseKestrelHttpsConfiguration();
    builder.Services.Configure<ConsoleLoggerOptions>(builder.Configuration.GetSection("Logging:Console")); // the slim builder leaves it out
    builder.Host.UseDefaultServiceProvider(provider => provider.ValidateScopes = provider.ValidateOnBuild = true);
    builder.WebHost.UseDefaultPort();
    builder.Services.Configure<KestrelServerOptions>(builder.Configuration.GetSection("Kestrel"));

    builder.Services.RefuseUnknownSettings();
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddDraining(builder.Configuration);
    builder.Services.AddTrustedProxies();
    builder.Services.AddPodTelemetry(builder.Configuration);
    builder.Services.AddPodStore(builder.Configuration);
    builder.Services.AddSingleton<NameCollisions>();
    builder.Services.AddSingleton<UpsertReport>();
    builder.Services.AddScoped<PodService>();
    builder.Services.AddProblems();
    builder.Services.AddPodControllers();
    builder.Services.AddPodOpenApi();
    builder.Services.AddAutoMapper(mapper => mapper.LicenseKey = builder.Configuration["AutoMapper:LicenseKey"], typeof(PodProfile));
    builder.Services.AddValidatorsFromAssemblyContaining<PodProfile>(ServiceLifetime.Singleton, includeInternalTypes: true);
    builder.Services.AddFluentValidationAutoValidation(validation => validation.DisableDataAnnotationsValidation = true);
    builder.Services.AddPodSecurity(builder.Configuration);
    builder.Services.AddPodLimits();
    builder.Services.AddPodHealth();
    builder.Services.AddPodCompression();

    WebApplication app = builder.Build();
    if (MigrateCommand.IsIn(args))
    {
        return await app.MigrateAsync();
    }

    app.UseDraining();
    app.UseTrustedProxies();
    app.UsePathPrefix();
    app.UseResponseHeaders();
    app.UseResponseCompression();
    app.UseExceptionHandler();
    app.UseStatusCodePages();
    app.UsePodSecurity();
    app.UsePodLimits();
    app.UseRequestDecompression();
    app.UsePodOpenApi();
    app.MapPodHealth();
    app.UsePodTelemetry();
    app.MapControllers();
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (StartFailure.Explain(exception) is { } reason)
{
    await Console.Error.WriteLineAsync(reason);
    return 1;
}
