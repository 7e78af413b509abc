namespace PodMetadata.Api.Errors;

/// <summary>Registers how errors are answered.</summary>
internal static class ProblemServices
{
    /// <summary>Adds the exception handlers, in the order they are asked, and the writer of problem details. The first writer
    /// writes, so this comes before the controllers, which bring one that obeys Accept.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services) =>
        services
            .AddSingleton<IProblemDetailsWriter, ProblemWriter>()
            .AddProblemDetails()
            .AddExceptionHandler<BadRequestExceptionHandler>()
            .AddExceptionHandler<PodStoreExceptionHandler>()
            .AddExceptionHandler<UnexpectedExceptionHandler>();
}
