using AutoMapper;
using Microsoft.Extensions.Logging.Abstractions;
using PodMetadata.Api.Contracts;

namespace PodMetadata.Tests.Api;

public sealed class PodProfileTests
{
    [Test]
    public void Every_member_is_mapped() =>
        new MapperConfiguration(mapper => mapper.AddProfile<PodProfile>(), NullLoggerFactory.Instance).AssertConfigurationIsValid();
}
