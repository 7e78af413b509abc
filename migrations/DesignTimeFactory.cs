using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using PodMetadata.Infrastructure;
using PodMetadata.Infrastructure.Schema;

namespace PodMetadata.Migrations;

/// <summary>Creates the context for <c>dotnet ef</c>. The database is that of <c>--connection</c>, else of <c>ConnectionStrings__PodMetadata</c>, else the
/// private one of <c>scripts/postgres</c>.</summary>
public sealed class DesignTimeFactory : IDesignTimeDbContextFactory<PodMetadataDbContext>
{
    /// <inheritdoc/>
    public PodMetadataDbContext CreateDbContext(string[] args)
    {
        string? connectionString = Environment.GetEnvironmentVariable($"ConnectionStrings__{PodStoreServices.ConnectionName}") ?? PrivateDatabase();
        DbContextOptionsBuilder<PodMetadataDbContext> options = new();
        options.UseNpgsql(connectionString is null ? null : PodStoreServices.InNpgsqlFormat(connectionString), npgsql => npgsql.MigrationsAssembly(PodMetadataDbContext.MigrationsAssembly));
        return new PodMetadataDbContext(options.Options);
    }

    private static string? PrivateDatabase()
    {
        for (DirectoryInfo? folder = new(Directory.GetCurrentDirectory()); folder is not null; folder = folder.Parent)
        {
            string file = Path.Combine(folder.FullName, ".local", "connection");
            if (File.Exists(file))
            {
                return File.ReadAllText(file).Trim();
            }
        }

        return null;
    }
}
