using PodMetadata.Domain;

namespace PodMetadata.Tests.Domain;

public sealed class PodAddressTests
{
    // The IPv6 forms are those of RFC 5952, sections 1, 2 and 4.
    [TestCase("0.0.0.0", "0.0.0.0")]
    [TestCase("255.255.255.255", "255.255.255.255")]
    [TestCase(" 10.0.0.1\n", "10.0.0.1")]
    [TestCase("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [TestCase("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [TestCase("2001:db8::1:0:0:1", "2001:db8::1:0:0:1")]
    [TestCase("2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1")]
    [TestCase("2001:DB8:0:0:1::1", "2001:db8::1:0:0:1")]
    [TestCase("2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa")]
    [TestCase("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [TestCase("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [TestCase("2001:0:0:1:0:0:0:1", "2001:0:0:1::1")]
    [TestCase("::", "::")]
    [TestCase("0:0:0:0:0:0:0:1", "::1")]
    [TestCase("::FFFF:192.0.2.1", "192.0.2.1")]
    [TestCase("64:ff9b::192.0.2.33", "64:ff9b::c000:221")]
    [TestCase("64:ff9b::1.2.3.4", "64:ff9b::102:304")]
    [TestCase("::1.2.3.4", "::102:304")]
    [TestCase("::ffff:0:1.2.3.4", "::ffff:0:102:304")]
    [TestCase("fe80::5efe:192.0.2.1", "fe80::5efe:c000:201")]
    [TestCase("fe80::200:5efe:c000:201", "fe80::200:5efe:c000:201")]
    [TestCase("1:0:0:0:0:0:0:0", "1::")]
    [TestCase("1:0:2:0:0:3:0:0", "1:0:2::3:0:0")]
    [TestCase("0:0:1:0:0:0:1:0", "0:0:1::1:0")]
    [TestCase("0:1:1:1:1:1:1:0", "0:1:1:1:1:1:1:0")]
    [TestCase("00AB:0:0:0:0:0:0:0FfF", "ab::fff")]
    public void One_address_has_one_form(string text, string canonical)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(PodAddress.Parse(text), Is.EqualTo(canonical));
            Assert.That(PodAddress.Parse(canonical), Is.EqualTo(canonical));
        }
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("10")]
    [TestCase("10.1")]
    [TestCase("10.0.1")]
    [TestCase("10.0.0.0.1")]
    [TestCase("10.0.0.256")]
    [TestCase("010.0.0.1")]
    [TestCase("10.0.0.00")]
    [TestCase("0x0a000001")]
    [TestCase("0xa.0.0.1")]
    [TestCase("10.0.0.1/32")]
    [TestCase("10.0.0.1:80")]
    [TestCase("10. 0.0.1")]
    [TestCase("10.0.0.")]
    [TestCase("١٠.0.0.1")]
    [TestCase("fe80::1%eth0")]
    [TestCase("fe80::1%1")]
    [TestCase("[::1]")]
    [TestCase("[::1]:80")]
    [TestCase("::1/128")]
    [TestCase(":::")]
    [TestCase("1:2:3:4:5:6:7")]
    [TestCase("1:2:3:4:5:6:7:8:9")]
    [TestCase("12345::")]
    [TestCase("::g")]
    [TestCase("::ffff:010.0.0.1")]
    [TestCase("::ffff:10.1")]
    [TestCase("::10.0.0.1:1")]
    [TestCase("localhost")]
    public void What_is_no_address_is_refused(string? text)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(PodAddress.TryParse(text, out _), Is.False);
            Assert.That(() => PodAddress.Parse(text), Throws.TypeOf<FormatException>());
        }
    }
}
