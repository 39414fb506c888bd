using MathNet.Numerics.Distributions;
using MLNet.WeightInit.Engine.Diagnostics.Comparing;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Comparing;

[TestFixture]
internal sealed class DistributionsTests
{
    /// <summary>Abramowitz and Stegun 1964, table 26.10: two-sided points of Student's t.</summary>
    [TestCase(0.975, 1, 12.706)]
    [TestCase(0.975, 9, 2.262)]
    [TestCase(0.975, 30, 2.042)]
    [TestCase(0.995, 4, 4.604)]
    [TestCase(0.95, 120, 1.658)]
    public void Students_quantiles_are_those_of_the_table(double probability, int degrees, double expected)
    {
        Assert.That(Distributions.StudentQuantile(probability, degrees), Is.EqualTo(expected).Within(0.0005), "half of the last digit");
        Assert.That(Distributions.StudentQuantile(1 - probability, degrees), Is.EqualTo(-expected).Within(0.0005));
    }

    /// <summary>Abramowitz and Stegun 1964, table 26.8.</summary>
    [TestCase(0.025, 9, 2.70039)]
    [TestCase(0.975, 9, 19.0228)]
    [TestCase(0.975, 1, 5.02389)]
    [TestCase(0.05, 30, 18.4926)]
    [TestCase(0.95, 100, 124.342)]
    public void Quantiles_of_chi_square_are_those_of_the_table(double probability, int degrees, double expected)
        => Assert.That(Distributions.ChiSquareQuantile(probability, degrees), Is.EqualTo(expected).Within(expected * 5e-6), "half of the sixth digit");

    [Test]
    public void Distribution_functions_are_those_of_MathNet()
    {
        foreach (int degrees in new[] { 1, 2, 3, 9, 10, 49, 200, 999 })
            for (double x = -8; x <= 8; x += 0.37)
            {
                // ln Γ(n/2) is a sum of up to n/2 logarithms, each rounded at the sum's size: for n = 1,000 that is 2,600 · 2⁻⁵³ · √500 = 6e-12, which is a relative error of the probability.
                Assert.That(Distributions.StudentCumulative(x, degrees), Is.EqualTo(StudentT.CDF(0, 1, degrees, x)).Within(1e-11), $"t({degrees}) at {x}");
                Assert.That(Distributions.ChiSquareCumulative(x * x * degrees / 10, degrees), Is.EqualTo(ChiSquared.CDF(degrees, x * x * degrees / 10)).Within(1e-11), $"χ²({degrees}) at {x * x * degrees / 10}");
                Assert.That(Distributions.NormalCumulative(x), Is.EqualTo(MathNet.Numerics.Distributions.Normal.CDF(0, 1, x)).Within(1e-11), $"normal at {x}");
            }
    }

    [Test]
    public void Quantiles_undo_distribution_functions([Values(0.001, 0.025, 0.4, 0.5, 0.77, 0.975, 0.9999)] double probability)
    {
        // Both have errors of some 1e-15, and the density is at least 1e-4 at these points: the round trip has the probability's.
        Assert.That(Distributions.StudentCumulative(Distributions.StudentQuantile(probability, 5), 5), Is.EqualTo(probability).Within(1e-13));
        Assert.That(Distributions.ChiSquareCumulative(Distributions.ChiSquareQuantile(probability, 5), 5), Is.EqualTo(probability).Within(1e-13));
        Assert.That(Distributions.NormalCumulative(Distributions.NormalQuantile(probability)), Is.EqualTo(probability).Within(1e-13));
    }

    [Test]
    public void The_ends_of_the_normal_distribution_are_infinite()
    {
        Assert.That(Distributions.NormalQuantile(0), Is.EqualTo(double.NegativeInfinity));
        Assert.That(Distributions.NormalQuantile(1), Is.EqualTo(double.PositiveInfinity));
    }
}
