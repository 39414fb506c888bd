using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels.Activations;

/// <summary>The moments that gains are made of, for a standard normal pre-activation: the table was computed apart, by Simpson's rule in double precision.</summary>
[TestFixture]
[Category("Kernels")]
internal sealed class ActivationMomentsTests
{
    [TestCase("Identity", 0, 1, 1)]
    [TestCase("ReLU", 0.398942, 0.500000, 0.500000)]
    [TestCase("LeakyReLU", 0.394953, 0.500050, 0.500050)]
    [TestCase("LeakyReLU(slope=0.2)", 0.319154, 0.520000, 0.520000)]
    [TestCase("LeakyReLU(slope=0.3)", 0.279260, 0.545000, 0.545000)]
    [TestCase("ELU", 0.160521, 0.644945, 0.668102)]
    [TestCase("SELU", 0, 1, 1.071575)]
    [TestCase("Tanh", 0, 0.394294, 0.464403)]
    [TestCase("Sigmoid", 0.5, 0.293379, 0.044836)]
    [TestCase("HardTanh", 0, 0.516059, 0.682689)]              // E φ′² = P(|z| < 1)
    [TestCase("GELU", 0.282095, 0.425221, 0.455851)]
    [TestCase("GELUTanh", 0.282039, 0.425194, 0.455818)]
    [TestCase("SiLU", 0.206621, 0.355776, 0.379482)]
    [TestCase("Mish", 0.240404, 0.452342, 0.479084)]
    [TestCase("HardSwish", 0.166217, 0.331567, 0.358532)]             // E φ′² = (P(|z| < 3) − 6 pdf(3)) / 9 + P(|z| < 3) / 4 + P(z > 3)
    [TestCase("Softplus", 0.806059, 0.921246, 0.293379)]
    [TestCase("Softsign", 0, 0.183014, 0.227671)]
    [TestCase("Sin", 0, 0.432332, 0.567668)]
    [TestCase("Erf", 0, 0.418477, 0.491379)]
    public void Moments_match_the_table(string specification, double mean, double square, double slopeSquare)
    {
        // Midpoint rule on ±12 with 1,500 points a unit: no point meets a kink; its error is h²/24 · (f′ at kinks and ends), below 2e-7.
        const int PointsAUnit = 1500, Half = 12 * PointsAUnit;
        float[] points = [.. Enumerable.Range(-Half, 2 * Half).Select(i => (float)((i + 0.5) / PointsAUnit))];
        (float[] values, float[] slopes) = ActivationKernelTests.Evaluate(specification, SimdLevel.Width256, points);
        double sum = 0, squares = 0, slopeSquares = 0;
        for (int i = 0; i < points.Length; i++)
        {
            double z = (i - Half + 0.5) / PointsAUnit, weight = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) / PointsAUnit;
            sum += weight * values[i];
            squares += weight * values[i] * values[i];
            slopeSquares += weight * slopes[i] * slopes[i];
        }
        // Half a unit of the table's last digit, the rule's error and single precision's 2^-23.
        Assert.That(sum, Is.EqualTo(mean).Within(9e-7));
        Assert.That(squares, Is.EqualTo(square).Within(9e-7));
        Assert.That(slopeSquares, Is.EqualTo(slopeSquare).Within(9e-7));
    }
}
