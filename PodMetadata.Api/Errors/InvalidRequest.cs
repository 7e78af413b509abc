using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace PodMetadata.Api.Errors;

/// <summary>The answer to a request whose body or parameters cannot be read or break a rule.</summary>
internal static class InvalidRequest
{
    private const string Body = "body";
    private const int MaxQuoted = 10;
    private const int MaxLength = 300;

    /// <summary>A 400 problem whose errors are keyed by the wire's names of members and parameters. Errors of the body as a whole have the key
    /// <c>body</c>.</summary>
    public static IActionResult Problem(ActionContext context)
    {
        IServiceProvider services = context.HttpContext.RequestServices;
        if (context is ActionExecutingContext action)
        {
            BlankNameReport blankNames = services.GetRequiredService<BlankNameReport>();
            foreach (object? argument in action.ActionArguments.Values)
            {
                blankNames.Inspect(argument);
            }
        }

        HashSet<string> names = [.. WireNames(context, services.GetRequiredService<IModelMetadataProvider>())];
        ModelStateDictionary errors = new();
        foreach ((string path, ModelStateEntry entry) in context.ModelState)
        {
            foreach (ModelError error in entry.Errors)
            {
                (string member, string message) = error.Exception is JsonException exception ? Explain(exception, TakesArray(context))
                    : names.Contains(path) ? (path, error.ErrorMessage)
                    : (Body, error.ErrorMessage);
                errors.AddModelError(member, message);
            }
        }

        return new ProblemResult(services.GetRequiredService<ProblemDetailsFactory>().CreateValidationProblemDetails(context.HttpContext, errors));
    }

    // Members of a body have no name of their own and follow the JSON naming policy.
    private static IEnumerable<string> WireNames(ActionContext context, IModelMetadataProvider metadata) => context.ActionDescriptor.Parameters
        .SelectMany(parameter => metadata.GetMetadataForType(parameter.ParameterType).Properties)
        .Select(property => property.BinderModelName ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.PropertyName!));

    // The JSON reader quotes everything after an invalid literal, and a path contains names of any length. The answer must not repeat a manifest.
    private static string Cut(string text)
    {
        int quoted = text.StartsWith('\'') ? text.LastIndexOf("' is ", StringComparison.Ordinal) : -1;
        return quoted > MaxQuoted ? $"{text[..MaxQuoted]}…{Cut(text[quoted..])}"
            : text.Length > MaxLength ? $"{text[..MaxLength]}…"
            : text;
    }

    private static bool TakesArray(ActionContext context) => context.ActionDescriptor.Parameters.Any(
        parameter => parameter.BindingInfo?.BindingSource == BindingSource.Body && parameter.ParameterType.IsArray);

    private static (string Member, string Message) Explain(JsonException exception, bool inArray)
    {
        // The serializer wraps the reader's exception when the text is not JSON. It wraps nothing when a value has the wrong type.
        if (exception.InnerException is JsonException syntax)
        {
            return (Body, $"The body is not valid JSON, at {Cut(exception.Path ?? "$")}: {Cut(syntax.Message)}");
        }

        string path = exception.Path ?? "$";
        if (inArray)
        {
            return (Body, path == "$" ? "The body must be a JSON array of objects with the members ip and at."
                : path.EndsWith(']') ? $"{path[1..]} must be an object whose members have names of Unicode text."
                : $"{path[1..]} must be a string of Unicode text.");
        }

        string member = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..].Split('.', '[')[0] : Body;
        return (member, member switch
        {
            Body => "The body must be a JSON object whose members have names of Unicode text.",
            "is_dead" => "is_dead must be true or false.",
            _ => $"{member} must be a string of Unicode text.",
        });
    }
}
