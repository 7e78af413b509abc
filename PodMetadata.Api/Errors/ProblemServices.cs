namespace PodMetadata.Api.Errors;

/// <summary>Registers the error responses.</summary>
internal static class ProblemServices
{
    /// <summary>Adds the exception handlers, in the order they are tried, and the writer of problem details. The first writer wins, so
    /// this comes before the controllers, which add one that obeys Accept.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services) =>
        services
            .AddSingleton<IProblemDetailsWriter, ProblemWriter>()
            .AddProblemDetails()
            .AddExceptionHandler<BadRequestExceptionHandler>()
            .AddExceptionHandler<PodStoreExceptionHandler>()
            .AddExceptionHandler<UnexpectedExceptionHandler>();
}
