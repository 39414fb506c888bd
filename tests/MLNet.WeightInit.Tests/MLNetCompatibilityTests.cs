namespace MLNet.WeightInit.Tests;

[TestFixture]
public sealed class MLNetCompatibilityTests
{
    [TestCase("5.0.1")]
    [TestCase("5.0.1+9a1f")]
    [TestCase("5.3.0-preview.1+9a1f")]
    public void Versions_of_the_range_are_fine(string version) => Assert.That(MLNetCompatibility.Describe(version, dynamicCode: true), Is.Null);

    [TestCase("5.0.0")]
    [TestCase("4.0.2+77")]
    [TestCase("6.0.0")]
    [TestCase("none")]
    public void Other_versions_are_named_with_the_range(string version)
        => Assert.That(MLNetCompatibility.Describe(version, dynamicCode: true), Does.Contain("from 5.0.1 to below 6.0.0").And.Contain(version));

    [Test]
    public void Native_AOT_is_named() => Assert.That(MLNetCompatibility.Describe("5.0.1", dynamicCode: false), Does.Contain("native AOT"));

    [Test]
    public void The_ML_NET_of_this_process_is_fine() => Assert.That(MLNetCompatibility.Ensure, Throws.Nothing);
}
