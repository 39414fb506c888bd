using MathNet.Numerics;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit.Engine.Tests.Expectations;

public class GaussianQuadratureTests
{
    // E φ, E φ² and E φ′² at z ~ N(0, 1): closed forms (identity, ReLU, leaky, sin, hard-tanh's slope, sigmoid's mean) and, for the others, Simpson's rule in double with 40,000 intervals, an independent program.
    [TestCase("Identity", 0, 1, 1)]
    [TestCase("ReLU", 0.398942, 0.5, 0.5)]
    [TestCase("LeakyReLU(slope=0.2)", 0.319154, 0.52, 0.52)]
    [TestCase("ELU", 0.160521, 0.644945, 0.668102)]
    [TestCase("SELU", 0, 1, 1.071575)]
    [TestCase("Tanh", 0, 0.394294, 0.464403)]
    [TestCase("Sigmoid", 0.5, 0.293379, 0.044836)]
    [TestCase("HardTanh", 0, 0.516059, 0.682689)]
    [TestCase("GELU", 0.282095, 0.425221, 0.455851)]
    [TestCase("GELUTanh", 0.282039, 0.425194, 0.455818)]
    [TestCase("SiLU", 0.206621, 0.355776, 0.379482)]
    [TestCase("Mish", 0.240404, 0.452342, 0.479084)]
    [TestCase("HardSwish", 0.166217, 0.331567, 0.358532)]   // slope: (13 P(|z| < 3) − 24 pdf(3)) / 36 + P(z > 3)
    [TestCase("Softplus", 0.806059, 0.921246, 0.293379)]
    [TestCase("Softsign", 0, 0.183014, 0.227671)]
    [TestCase("Sin", 0, 0.432332, 0.567668)]
    public void Moments_at_unit_variance_are_the_integrals(string activation, double value, double squaredValue, double squaredSlope)
    {
        GaussianMoments moments = new GaussianQuadrature().Moments(new KernelCurve(Activations.Parse(activation), SimdLevels.Best), 0, 1);
        // Six digits as quoted: half a unit in the last, and the float kernels' own 1e-7.
        using (Assert.EnterMultipleScope())
        {
            Assert.That(moments.Value, Is.EqualTo(value).Within(1e-6), "E φ");
            Assert.That(moments.SquaredValue, Is.EqualTo(squaredValue).Within(1e-6), "E φ²");
            Assert.That(moments.SquaredSlope, Is.EqualTo(squaredSlope).Within(1e-6), "E φ′²");
        }
    }

    /// <summary>E erf(√π/2 · √q z)² = (2/π) asin(2p / (1 + 2p)) with p = π q / 4 (Williams 1997), whatever the scale.</summary>
    [TestCase(1e-6)]
    [TestCase(0.3)]
    [TestCase(1)]
    [TestCase(40)]
    public void Error_function_has_the_arcsine_moment(double variance)
    {
        double scale = Math.PI / 4 * variance, expected = 2 / Math.PI * Math.Asin(2 * scale / (1 + 2 * scale));
        var curve = new TestCurve(z => SpecialFunctions.Erf(Math.Sqrt(Math.PI) / 2 * z));
        Assert.That(new GaussianQuadrature().Moments(curve, 0, Math.Sqrt(variance)).SquaredValue, Is.EqualTo(expected).Within(1e-6 * expected));
    }

    [TestCase(1e-14)]
    [TestCase(1e15)]
    public void Scales_far_from_one_keep_their_digits(double deviation)
    {
        double square = new GaussianQuadrature().Moments(new KernelCurve(Activations.Parse("ReLU"), SimdLevels.Best), 0, deviation).SquaredValue;
        Assert.That(square / (deviation * deviation), Is.EqualTo(0.5).Within(1e-6));
    }

    [Test]
    public void A_mean_shifts_the_grid()
    {
        // E max(0, z)² at z ~ N(m, 1) is (1 + m²) Φ(m) + m pdf(m); for m = 1: 2 · 0.8413447 + 0.2419707.
        double square = new GaussianQuadrature().Moments(new KernelCurve(Activations.Parse("ReLU"), SimdLevels.Best), 1, 1).SquaredValue;
        Assert.That(square, Is.EqualTo(1.9246602).Within(2e-6));
    }

    [Test]
    public void Cumulative_is_the_normal_distribution()
    {
        for (double z = -9; z <= 9; z += 0.0371)
            Assert.That(GaussianQuadrature.Cumulative(z), Is.EqualTo(0.5 * SpecialFunctions.Erfc(-z / Math.Sqrt(2))).Within(2e-8), $"z = {z}");
        Assert.That(GaussianQuadrature.Cumulative(double.NaN), Is.NaN);
    }

    [TestCase("ReLU", 0, double.PositiveInfinity)]
    [TestCase("HardTanh", -1, 1)]
    [TestCase("GELU", double.NegativeInfinity, double.PositiveInfinity)]
    public void Flat_sides_are_found_by_the_kernel(string activation, double below, double above)
        => Assert.That(new GaussianQuadrature().FlatSides(new KernelCurve(Activations.Parse(activation), SimdLevels.Best), 1), Is.EqualTo((below, above)));
}
