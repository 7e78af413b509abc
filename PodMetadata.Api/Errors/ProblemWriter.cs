using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;

namespace PodMetadata.Api.Errors;

/// <summary>Writes every problem as application/problem+json, whatever the request's Accept says, and in the shape of MVC's own.</summary>
internal sealed class ProblemWriter(ProblemDetailsFactory factory) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        HttpContext http = context.HttpContext;
        ProblemDetails problem = factory.CreateProblemDetails(http, http.Response.StatusCode, detail: context.ProblemDetails.Detail);
        await http.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", CancellationToken.None); // also to who is late
    }
}
