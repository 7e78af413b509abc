namespace PodMetadata.Tests.Api;

/// <summary>Tests of an order that hold with the indexes, which give it by themselves, and without them.</summary>
[TestFixture(true)]
[TestFixture(false)]
public abstract class OrderTests(bool indexed) : ServiceTests
{
    [OneTimeSetUp]
    public async Task DropIndexesAsync()
    {
        if (!indexed)
        {
            await Service.SqlAsync("DROP INDEX ix_pod_details_listing, ix_pod_details_node_live, ix_pod_details_ip");
        }
    }
}
