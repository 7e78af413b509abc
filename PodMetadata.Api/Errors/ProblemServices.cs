namespace PodMetadata.Api.Errors;

/// <summary>Registers how errors are answered.</summary>
internal static class ProblemServices
{
    /// <summary>Adds the exception handlers, in the order they are asked, and the writer of problem details.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services) =>
        services
            .AddSingleton<IProblemDetailsWriter, ProblemWriter>()
            .AddProblemDetails()
            .AddExceptionHandler<BadRequestExceptionHandler>()
            .AddExceptionHandler<DatabaseExceptionHandler>()
            .AddExceptionHandler<UnexpectedExceptionHandler>();
}
