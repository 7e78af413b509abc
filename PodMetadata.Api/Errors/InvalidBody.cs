using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace PodMetadata.Api.Errors;

/// <summary>The answer to a body that cannot be read or breaks a rule.</summary>
internal static class InvalidBody
{
    /// <summary>A 400 problem whose errors are keyed by the wire's member names; what concerns no member stands under <c>body</c>.</summary>
    public static IActionResult Problem(ActionContext context)
    {
        ProblemDetailsFactory factory = context.HttpContext.RequestServices.GetRequiredService<ProblemDetailsFactory>();
        ModelStateDictionary errors = new();
        foreach ((string path, ModelStateEntry? entry) in context.ModelState)
        {
            foreach (ModelError error in entry?.Errors ?? [])
            {
                errors.AddModelError(MemberOf(path), Message(path, error));
            }
        }

        return new BadRequestObjectResult(factory.CreateValidationProblemDetails(context.HttpContext, errors))
        {
            ContentTypes = { "application/problem+json" },
        };
    }

    // System.Text.Json gives paths such as $.pod_name, FluentValidation plain names.
    private static string MemberOf(string path)
    {
        string member = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..].Split('.', '[')[0] : path;
        return member is "" or "$" or "spec" or "dead" ? "body" : member;
    }

    private static string Message(string path, ModelError error) => error.ErrorMessage;
}
