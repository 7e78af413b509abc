namespace PodMetadata.Tests.Faults;

/// <summary>Begins the table of the faults, before the first of them.</summary>
[SetUpFixture]
public sealed class FaultTable
{
    [OneTimeSetUp]
    public void Begin() => FaultRow.PrintHeader();
}
