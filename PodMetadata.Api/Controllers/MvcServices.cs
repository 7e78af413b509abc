using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using PodMetadata.Api.Contracts;
using PodMetadata.Api.Errors;
using PodMetadata.Api.Listings;
using PodMetadata.Domain;

namespace PodMetadata.Api.Controllers;

/// <summary>Registers the controllers, and how they read and write JSON.</summary>
internal static class MvcServices
{
    /// <summary>Adds the controllers: snake_case JSON, and problem details keyed by the wire's names.</summary>
    public static IServiceCollection AddPodControllers(this IServiceCollection services)
    {
        services.AddSingleton<FieldSerializerOptions>();
        services.AddSingleton<BlankNameReport>();
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) => member is null ? null : WireName(member);

        services
            .AddControllers(mvc =>
            {
                MediaTypeCollection types = mvc.InputFormatters.OfType<SystemTextJsonInputFormatter>().Single().SupportedMediaTypes;
                types.Clear();
                types.Add(JsonBodyAttribute.Json);
                mvc.ModelMetadataDetailsProviders.Add(new KeepEmptyStrings());
                mvc.ModelBindingMessageProvider.SetAttemptedValueIsInvalidAccessor((_, name) => $"{JsonNamingPolicy.CamelCase.ConvertName(name)} has a value of the wrong kind.");
                mvc.ModelMetadataDetailsProviders.Add(new SuppressChildValidationMetadataProvider(typeof(UpsertPodRequest)));
            })
            .AddJsonOptions(json =>
            {
                json.AllowInputFormatterExceptionMessages = false; // InvalidRequest writes its own
                json.JsonSerializerOptions.MaxDepth = 64; // MVC's own default is 32
                json.JsonSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
                json.JsonSerializerOptions.PropertyNameCaseInsensitive = false;
                json.JsonSerializerOptions.Converters.Add(new JsonTextConverter());
                json.JsonSerializerOptions.Converters.Add(new JsonStringEnumConverter<IpMatch>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
            })
            .ConfigureApiBehaviorOptions(api => api.InvalidModelStateResponseFactory = InvalidRequest.Problem);
        services.AddOptions<MvcOptions>().PostConfigure(mvc => // MVC adds the formatter last
        {
            // To a client that accepts nothing else, MVC would write UTF-16.
            IList<Encoding> encodings = mvc.OutputFormatters.OfType<SystemTextJsonOutputFormatter>().Single().SupportedEncodings;
            encodings.Remove(encodings.Single(encoding => encoding.CodePage != Encoding.UTF8.CodePage));
        });
        return services;
    }

    private static string WireName(MemberInfo member) =>
        member.GetCustomAttributes().OfType<IModelNameProvider>().SingleOrDefault()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
}
