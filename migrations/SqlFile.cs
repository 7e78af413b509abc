using Microsoft.EntityFrameworkCore.Migrations;

namespace PodMetadata.Migrations;

/// <summary>Runs the files of the folder <c>Sql</c>, which are embedded in the assembly.</summary>
internal static class SqlFile
{
    /// <summary>Adds the statements of a file to a migration.</summary>
    /// <param name="migrationBuilder">The migration.</param>
    /// <param name="name">The file's name without its extension.</param>
    public static void RunFile(this MigrationBuilder migrationBuilder, string name)
    {
        using Stream file = typeof(SqlFile).Assembly.GetManifestResourceStream($"PodMetadata.Migrations.Sql.{name}.sql")
            ?? throw new FileNotFoundException($"migrations/Sql/{name}.sql is missing.");
        using StreamReader reader = new(file);
        migrationBuilder.Sql(reader.ReadToEnd());
    }
}
