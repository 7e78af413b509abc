using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;

namespace PodMetadata.Api.Errors;

/// <summary>Writes each problem as application/problem+json, whatever the request accepts, with the members of MVC's problems.</summary>
internal sealed class ProblemWriter(ProblemDetailsFactory factory) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        HttpContext http = context.HttpContext;
        ProblemDetails problem = factory.CreateProblemDetails(http, http.Response.StatusCode, detail: context.ProblemDetails.Detail);
        await http.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", CancellationToken.None); // also after the request timed out
    }
}
