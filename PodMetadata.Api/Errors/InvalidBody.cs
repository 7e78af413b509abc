using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using PodMetadata.Api.Contracts;
using PodMetadata.Api.Controllers;

namespace PodMetadata.Api.Errors;

/// <summary>The answer to a body or a parameter that cannot be read or breaks a rule.</summary>
internal static class InvalidBody
{
    private const string Body = "body";
    private const int MaxQuoted = 10;
    private const int MaxLength = 300;

    // DeadPod has no member that PodSpec has not; then there are the parameters.
    private static readonly HashSet<string> Members =
    [
        .. typeof(PodSpec).GetProperties().Select(member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name)),
        "ip", "at", "namespace", "node", "identity", "live", "labelSelector", "limit", NextPage.Parameter, "fields",
    ];

    /// <summary>A 400 problem whose errors are keyed by the wire's names of members and parameters; what concerns none stands under <c>body</c>.</summary>
    public static IActionResult Problem(ActionContext context)
    {
        ModelStateDictionary errors = new();
        foreach ((string path, ModelStateEntry entry) in context.ModelState)
        {
            foreach (ModelError error in entry.Errors)
            {
                (string member, string message) = error.Exception is JsonException exception ? Explain(exception, TakesArray(context))
                    : Members.Contains(path) ? (path, error.ErrorMessage)
                    : (Body, error.ErrorMessage);
                errors.AddModelError(member, message);
            }
        }

        ProblemDetailsFactory factory = context.HttpContext.RequestServices.GetRequiredService<ProblemDetailsFactory>();
        return new ProblemResult(factory.CreateValidationProblemDetails(context.HttpContext, errors));
    }

    // The reader quotes all that follows a wrong literal, and a path has names of any length: neither is to bring a manifest back.
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
        // The serializer wraps the reader's complaint about the text; it has nothing to wrap when a value is of the wrong type.
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
