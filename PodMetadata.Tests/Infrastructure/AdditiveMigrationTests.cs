using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using PodMetadata.Infrastructure.Schema;
using PodMetadata.Migrations;

namespace PodMetadata.Tests.Infrastructure;

/// <summary>The version before runs on the schema of this one, so a migration only adds. What it removes, the version before has not used.</summary>
public sealed partial class AdditiveMigrationTests
{
    private const string Provider = "Npgsql.EntityFrameworkCore.PostgreSQL";

    private static string Changelog { get; } = File.ReadAllText(Path.Combine(TestDatabase.Root, "CHANGELOG.md"));

    [Test]
    public void Migrations_after_the_first_only_add_or_remove_what_the_release_before_has_not_used()
    {
        using PodMetadataDbContext context = new(new DbContextOptionsBuilder<PodMetadataDbContext>()
            .UseNpgsql("Host=none", npgsql => npgsql.MigrationsAssembly(PodMetadataDbContext.MigrationsAssembly)).Options);
        IMigrationsAssembly assembly = context.GetService<IMigrationsAssembly>();
        Migration[] migrations = [.. assembly.Migrations.Values.Select(type => assembly.CreateMigration(type, Provider))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(migrations, Is.Not.Empty);
            Assert.That(migrations.Skip(1).SelectMany(migration => Faults(migration, Changelog)), Is.Empty);
            Assert.That(Faults(migrations[0].DownOperations), Is.Not.Empty, "the first one's way back removes everything");
        }
    }

    private static TestCaseData<string, Action<MigrationBuilder>>[] Removing { get; } =
    [
        new("DropTable pod_details", schema => schema.DropTable("pod_details")),
        new("DropColumn pod_details", schema => schema.DropColumn("labels", "pod_details")),
        new("DropIndex", schema => schema.DropIndex("ix_pod_details_ip", "pod_details")),
        new("RenameTable pod_details", schema => schema.RenameTable("pod_details", newName: "pods")),
        new("RenameColumn pod_details", schema => schema.RenameColumn("pod_ip", "pod_details", "ip")),
        new("AlterColumn pod_details", schema => schema.AlterColumn<string>("pod_ip", "pod_details", "inet", oldClrType: typeof(string), oldType: "text")),
        new("AlterColumn pod_details", schema => schema.AlterColumn<string>("pod_namespace", "pod_details", "text", oldClrType: typeof(string), oldType: "text", oldNullable: true)),
        new("AddColumn pod_details", schema => schema.AddColumn<string>("zone", "pod_details", "text")),
        new("AddCheckConstraint pod_details", schema => schema.AddCheckConstraint("ck", "pod_details", "pod_ip <> ''")),
        new("CreateIndex pod_details", schema => schema.CreateIndex("ix", "pod_details", "pod_ip", unique: true)),
        new("Sql DROP", schema => schema.Sql("-- not needed\ndrop  trigger pod_details_lease ON pod_details")),
        new("Sql RENAME", schema => schema.Sql("ALTER TABLE pod_details RENAME COLUMN pod_ip TO ip")),
        new("Sql SET NOT NULL", schema => schema.Sql("ALTER TABLE pod_details ALTER pod_namespace SET NOT NULL")),
        new("Sql TYPE", schema => schema.Sql("ALTER TABLE pod_details ALTER COLUMN pod_ip TYPE inet")),
        new("Sql UNIQUE", schema => schema.Sql("CREATE UNIQUE INDEX ix ON pod_details (pod_ip)")),
        new("Sql ADD CONSTRAINT", schema => schema.Sql("ALTER TABLE pod_details ADD CONSTRAINT ck CHECK (pod_ip <> '')")),
    ];

    [TestCaseSource(nameof(Removing))]
    public void What_the_version_before_may_not_survive_is_found(string fault, Action<MigrationBuilder> migrate) => Assert.That(Faults(Operations(migrate)), Is.EqualTo([fault]));

    private static TestCaseData<Action<MigrationBuilder>>[] Adding { get; } =
    [
        new(schema => schema.AddColumn<string>("zone", "pod_details", "text", nullable: true)),
        new(schema => schema.AddColumn<bool>("is_new", "pod_details", "boolean", defaultValue: false)),
        new(schema => schema.AddColumn<bool>("has_ip", "pod_details", "boolean", computedColumnSql: "pod_ip <> ''", stored: true)),
        new(schema => schema.AlterColumn<string>("pod_ip", "pod_details", "text", nullable: true, oldClrType: typeof(string), oldType: "text")),
        new(schema => schema.CreateIndex("ix", "pod_details", "pod_ip")),
        new(schema =>
        {
            schema.CreateTable("pod_zones", table => new { name = table.Column<string>("text") }, constraints: table => table.PrimaryKey("pk", row => row.name));
            schema.CreateIndex("ix_pod_zones", "pod_zones", "name", unique: true);
        }),
        new(schema => schema.Sql("CREATE OR REPLACE FUNCTION pod_f() RETURNS trigger AS $$ BEGIN RETURN NULL; END $$ LANGUAGE plpgsql; -- DROP is a word here")),
    ];

    [TestCaseSource(nameof(Adding))]
    public void What_only_adds_is_not(Action<MigrationBuilder> migrate) => Assert.That(Faults(Operations(migrate)), Is.Empty);

    [Test]
    public void A_removal_names_a_release_that_is_out()
    {
        const string Released = "# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2027-01-31\n\n## [1.0.0] - 2026-12-01\n";
        const string Unreleased = "# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-12-01\n";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Faults(new DropZoneAtOnce(), Released), Is.EqualTo(["DropZoneAtOnce: DropColumn pod_details"]));
            Assert.That(Faults(new DropZone(), Released), Is.Empty);
            Assert.That(Faults(new DropZone(), Unreleased), Is.EqualTo(["DropZone: DropColumn pod_details"]));
        }
    }

    private static IEnumerable<string> Faults(Migration migration, string changelog) =>
        migration.GetType().GetCustomAttribute<UnusedSinceAttribute>() is { } unused && changelog.Contains($"\n## [{unused.Release}] - ", StringComparison.Ordinal)
            ? []
            : Faults(migration.UpOperations).Select(fault => $"{migration.GetType().Name}: {fault}");

    /// <summary>What of a migration the version before may not survive. What is not known to be harmless is not.</summary>
    private static string[] Faults(IEnumerable<MigrationOperation> operations)
    {
        HashSet<string> created = [.. operations.OfType<CreateTableOperation>().Select(operation => operation.Name)];
        return [.. operations.Where(operation => !IsHarmless(operation, created)).Select(Name)];
    }

    private static bool IsHarmless(MigrationOperation operation, HashSet<string> created) => operation switch
    {
        SqlOperation sql => !Removal().IsMatch(Comment().Replace(sql.Sql, "")),
        CreateIndexOperation index => !index.IsUnique || created.Contains(index.Table),
        AlterColumnOperation column => column.ColumnType == column.OldColumn.ColumnType && column.Collation == column.OldColumn.Collation
            && column.ComputedColumnSql == column.OldColumn.ComputedColumnSql && (column.IsNullable || !column.OldColumn.IsNullable),
        AddColumnOperation column => column.IsNullable || (column.DefaultValue ?? column.DefaultValueSql ?? column.ComputedColumnSql) is not null,
        _ => operation is CreateTableOperation or CreateSequenceOperation or EnsureSchemaOperation or AlterTableOperation or AlterDatabaseOperation,
    };

    private static string Name(MigrationOperation operation) => operation switch
    {
        SqlOperation sql => $"Sql {Spaces().Replace(Removal().Match(Comment().Replace(sql.Sql, "")).Value, " ").ToUpperInvariant()}",
        ITableMigrationOperation table => $"{operation.GetType().Name.Replace("Operation", "", StringComparison.Ordinal)} {table.Table}",
        _ => operation.GetType().Name.Replace("Operation", "", StringComparison.Ordinal),
    };

    private static List<MigrationOperation> Operations(Action<MigrationBuilder> migrate)
    {
        MigrationBuilder builder = new(Provider);
        migrate(builder);
        return builder.Operations;
    }

    private class DropZoneAtOnce : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.DropColumn("zone", "pod_details");
    }

    [UnusedSince("1.1.0")]
    private sealed class DropZone : DropZoneAtOnce;

    [GeneratedRegex(@"\b(DROP|RENAME|TRUNCATE|UNIQUE|TYPE|SET\s+NOT\s+NULL|ADD\s+CONSTRAINT)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Removal();

    [GeneratedRegex("--.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
