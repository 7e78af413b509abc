using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using PodMetadata.Api.Security;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PodMetadata.Api.OpenApi;

/// <summary>When authentication is on: describes the token, which gives Swagger UI its Authorize button, and the answers to a bad one.</summary>
internal sealed class BearerAccess(IOptions<AccessOptions> access) : IOperationFilter, IDocumentFilter
{
    private const string Scheme = "Bearer";

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        if (!access.Value.IsOn)
        {
            return;
        }

        swaggerDoc.AddComponent(Scheme, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A token of this service, or a JSON Web Token." });
        swaggerDoc.RegisterComponents();
    }

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!access.Value.IsOn)
        {
            operation.Security = []; // needs no token
            return;
        }

        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
        operation.Responses ??= [];
        operation.Responses["401"] = Problem(context, "The token is missing or invalid.");
        if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Any(needed => needed.Policy == Policies.Write))
        {
            operation.Responses["403"] = Problem(context, "The token permits reading only.");
        }
    }

    private static OpenApiResponse Problem(OperationFilterContext context, string description) => new()
    {
        Description = description,
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            ["application/problem+json"] = new OpenApiMediaType { Schema = context.SchemaGenerator.GenerateSchema(typeof(ProblemDetails), context.SchemaRepository) },
        },
    };
}
