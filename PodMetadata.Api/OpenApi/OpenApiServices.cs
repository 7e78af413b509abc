using System.Reflection;
using Microsoft.OpenApi;
using PodMetadata.Domain.Json;

namespace PodMetadata.Api.OpenApi;

/// <summary>Describes the service at /swagger/v1/swagger.json and shows it at /swagger.</summary>
internal static partial class OpenApiServices
{
    /// <summary>Adds the OpenAPI document.</summary>
    public static IServiceCollection AddPodOpenApi(this IServiceCollection services) =>
        services.AddSwaggerGen(swagger =>
        {
            swagger.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = "PodMetadata",
                Version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
                Description = "Which Kubernetes pod is, or was, behind a name, an IP or a node.",
                License = new OpenApiLicense { Name = "MIT", Url = new Uri("https://opensource.org/license/mit") },
            });
            swagger.DocInclusionPredicate((_, operation) => operation.HttpMethod != HttpMethods.Head);
            swagger.IncludeXmlComments(Assembly.GetExecutingAssembly(), includeControllerXmlComments: true);
            swagger.SupportNonNullableReferenceTypes();
            swagger.MapType<JsonText>(() => new OpenApiSchema()); // any JSON
            swagger.MapType<DateTime>(() => new OpenApiSchema { Type = JsonSchemaType.String }); // the format date-time would promise a zone
            swagger.MapType<DateTime?>(() => new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null });
            swagger.SchemaFilter<PodSchemas>();
            swagger.OperationFilter<BearerAccess>();
            swagger.DocumentFilter<BearerAccess>();
            swagger.OperationFilter<PodResponses>();
            swagger.OperationFilter<PodExamples>(); // last: it completes what the others add
        });

    /// <summary>Serves the document and Swagger UI, both with the path prefix of the request. / redirects there.</summary>
    public static WebApplication UsePodOpenApi(this WebApplication app)
    {
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/swagger"), swagger => // otherwise it inspects every request
        {
            swagger.UseSwagger(document => document.PreSerializeFilters.Add((openApi, request) =>
                openApi.Servers = [new OpenApiServer { Url = request.PathBase.HasValue ? request.PathBase.ToUriComponent() : "/" }]));
            swagger.UseSwaggerUI(ui =>
            {
                ui.DocumentTitle = "PodMetadata";
                ui.SwaggerEndpoint("v1/swagger.json", "PodMetadata");
            });
        });
        app.MapGet("/", (HttpRequest request) => Results.Redirect($"{request.PathBase.ToUriComponent()}/swagger")).ExcludeFromDescription();
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            foreach (string address in app.Urls)
            {
                LogSwaggerUi(app.Logger, address);
            }
        });
        return app;
    }

    [LoggerMessage(LogLevel.Information, "Swagger UI is at {Address}/swagger")]
    private static partial void LogSwaggerUi(ILogger logger, string address);
}
