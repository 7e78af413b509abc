using ArchUnitNET.Domain;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using ArchUnitNET.NUnit;
using PodMetadata.Domain;
using PodMetadata.Infrastructure;
using PodMetadata.Infrastructure.Connections;
using PodMetadata.Infrastructure.Kubernetes;
using PodMetadata.Infrastructure.Retention;
using PodMetadata.Infrastructure.Schema;
using PodMetadata.Infrastructure.Store;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace PodMetadata.Tests;

/// <summary>Which projects and folders may use which (see docs/architecture.md).</summary>
public sealed class ArchitectureTests
{
    private const string Domain = @"^PodMetadata\.Domain(\.|$)";
    private const string Infrastructure = @"^PodMetadata\.Infrastructure(\.|$)";
    private const string Api = @"^PodMetadata\.Api(\.|$)";
    private const string Migrations = @"^PodMetadata\.Migrations(\.|$)";

    private static readonly Architecture Architecture = new ArchLoader()
        .LoadAssemblies(typeof(Pod).Assembly, typeof(PodStoreServices).Assembly, typeof(Program).Assembly, System.Reflection.Assembly.Load(PodMetadataDbContext.MigrationsAssembly))
        .Build();

    [TestCase(Domain, Infrastructure)]
    [TestCase(Domain, Api)]
    [TestCase(Domain, Migrations)]
    [TestCase(Domain, @"^(Microsoft\.(AspNetCore|EntityFrameworkCore)|Npgsql|AutoMapper|FluentValidation)(\.|$)")]
    [TestCase(Infrastructure, Api)]
    [TestCase(Infrastructure, Migrations)]
    [TestCase(Infrastructure, @"^(Microsoft\.AspNetCore|AutoMapper|FluentValidation)(\.|$)")]
    [TestCase(Migrations, Domain)]
    [TestCase(Migrations, Api)]
    [TestCase(Api, @"^(Microsoft\.EntityFrameworkCore|Npgsql)(\.|$)")]
    [TestCase(@"^PodMetadata\.Api\.Controllers", @"^PodMetadata\.Infrastructure(\.|$)")]
    [TestCase(@"^PodMetadata\.Api\.Contracts", @"^PodMetadata\.Infrastructure(\.|$)")]
    [TestCase(@"^PodMetadata\.Api\.Errors", @"^PodMetadata\.Infrastructure(\.|$)")]
    public void Types_of_one_namespace_do_not_use_those_of_another(string user, string used) =>
        Types().That().ResideInNamespaceMatching(user)
            .Should().NotDependOnAny(Types(includeReferenced: true).That().ResideInNamespaceMatching(used))
            .WithoutRequiringPositiveResults()
            .Check(Architecture);

    [TestCase("PodMetadata.Domain.(*)")]
    [TestCase("PodMetadata.Infrastructure.(*)")]
    [TestCase("PodMetadata.Api.(*)")]
    public void Folders_do_not_use_each_other_in_a_circle(string folders) =>
        SliceRuleDefinition.Slices().Matching(folders).Should().BeFreeOfCycles().Check(Architecture);

    [Test]
    public void Infrastructure_shows_its_context_its_options_and_its_registration_alone() =>
        Assert.That(
            typeof(PodStoreServices).Assembly.GetExportedTypes(),
            Is.EquivalentTo(new[]
            {
                typeof(PodMetadataDbContext), typeof(PodStoreServices), typeof(DatabaseOptions), typeof(KubernetesOptions), typeof(ReadSource), typeof(ResolutionOptions), typeof(RetentionOptions),
            }));
}
