using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit.Engine.Tests.Expectations;

public class CorrelatedMomentsTests
{
    static readonly double[] s_correlations = [-1, -0.7, 0, 0.3, 0.6, 0.9, 0.97, 0.99, 0.999, 1];

    /// <summary>Cho and Saul 2009, eq. 3 and 6: the arc-cosine kernels of degree 1 and 0. Truncation leaves 5e-6, and less than 5e-3 of the jump's kernel.</summary>
    [Test]
    public void Relu_has_the_arc_cosine_kernels([Values(0.3, 1, 20)] double deviation)
    {
        CorrelatedMoments moments = Of("ReLU", 0, deviation);
        foreach (double c in s_correlations)
        {
            double angle = Math.Acos(c), expected = deviation * deviation / (2 * Math.PI) * (Math.Sin(angle) + (Math.PI - angle) * c);
            Assert.That(moments.ProductOfValues(c), Is.EqualTo(expected).Within(5e-6 * deviation * deviation), $"correlation {c}");
            Assert.That(moments.ProductOfSlopes(c), Is.EqualTo((Math.PI - angle) / (2 * Math.PI)).Within(5e-3), $"slopes at {c}");
        }
    }

    /// <summary>1 − c falls by 2√2 / (3π) (1 − c)^1.5 a layer to first order, which a deep network's likeness is the sum of. Exactly from the kernel; 4 % is what the class promises down to 0.005.</summary>
    [TestCase(0.9)]
    [TestCase(0.97)]
    [TestCase(0.99)]
    [TestCase(0.995)]
    public void What_relu_takes_of_the_rows_difference_is_right(double c)
    {
        double angle = Math.Acos(c), next = (Math.Sin(angle) + (Math.PI - angle) * c) / Math.PI;
        Assert.That(2 * Of("ReLU", 0, 1).ProductOfValues(c) - c, Is.EqualTo(next - c).Within(0.04 * (next - c)));
    }

    /// <summary>Williams 1998, eq. 11, for erf(√π x / 2): 2/π asin(π/2 q c / (1 + π/2 q)).</summary>
    [Test]
    public void Erf_has_the_arcsine_kernel([Values(0.5, 1, 2)] double deviation)
    {
        CorrelatedMoments moments = Of("erf", 0, deviation);
        double q = deviation * deviation;
        foreach (double c in s_correlations)
        {
            double scale = Math.PI / 2 * q / (1 + Math.PI / 2 * q);
            Assert.That(moments.ProductOfValues(c), Is.EqualTo(2 / Math.PI * Math.Asin(scale * c)).Within(2e-6), $"correlation {c}");
            // d/d(q c), by the chain rule; slopes of erf fall steeply at a deviation of 3, which costs the series little.
            Assert.That(moments.ProductOfSlopes(c), Is.EqualTo(2 / Math.PI * scale / q / Math.Sqrt(1 - scale * scale * c * c)).Within(1e-4), $"slopes at {c}");
        }
    }

    [Test]
    public void The_identity_keeps_every_correlation([ValueSource(nameof(s_correlations))] double correlation)
    {
        var moments = CorrelatedMoments.Of(ActivationCurve.Identity, 0.5, 2);
        Assert.That(moments.ProductOfValues(correlation), Is.EqualTo(0.25 + 4 * correlation).Within(1e-5));
        Assert.That(moments.ProductOfSlopes(correlation), Is.EqualTo(1).Within(1e-12));
    }

    [TestCase("ReLU")]
    [TestCase("Tanh")]
    [TestCase("GELU")]
    [TestCase("Sigmoid")]
    public void At_a_correlation_of_one_all_moments_are_the_quadratures(string activation)
    {
        const double Mean = 0.3, Deviation = 1.7;
        var curve = new KernelCurve(Activations.Parse(activation), SimdLevels.Best);
        CorrelatedMoments moments = Of(activation, Mean, Deviation);
        GaussianMoments expected = new GaussianQuadrature().Moments(curve, Mean, Deviation);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(moments.Value, Is.EqualTo(expected.Value).Within(1e-9));
            Assert.That(moments.SquaredValue, Is.EqualTo(expected.SquaredValue).Within(1e-9));
            Assert.That(moments.SquaredSlope, Is.EqualTo(expected.SquaredSlope).Within(1e-9));
            Assert.That(moments.ProductOfValues(1), Is.EqualTo(expected.SquaredValue).Within(1e-9));
            Assert.That(moments.ProductOfSlopes(1), Is.EqualTo(expected.SquaredSlope).Within(1e-9));
            Assert.That(moments.CovarianceOfSquares(1), Is.EqualTo(moments.FourthValue - expected.SquaredValue * expected.SquaredValue).Within(1e-9));
        }
    }

    /// <summary>E z⁴ 1(z &gt; 0) = 3/2, so E φ⁴ / (E φ²)² = 6; a square that is quadratic in z has a rate of 1 and no curvature; the slope doesn't move with the variance.</summary>
    [Test]
    public void Relus_fourth_moment_and_rates_are_known()
    {
        CorrelatedMoments moments = Of("ReLU", 0, 0.7);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(moments.FourthValue / (moments.SquaredValue * moments.SquaredValue), Is.EqualTo(6).Within(1e-5));
            Assert.That(moments.SquaredValueRates.First, Is.EqualTo(1).Within(1e-5));
            Assert.That(moments.SquaredValueRates.Second, Is.Zero.Within(1e-5));
            Assert.That(moments.SquaredSlopeRates.First, Is.Zero.Within(1e-5));
            Assert.That(moments.CovarianceOfSquareAndSquaredSlope(1) / (moments.SquaredValue * moments.SquaredSlope), Is.EqualTo(1).Within(1e-5), "both are 0 on one half");
        }
    }

    /// <summary>By difference quotients of the moments over a step of 0.02 in ln v: the error is of its square, times a third derivative of order 1.</summary>
    [TestCase("Tanh")]
    [TestCase("GELU")]
    public void Rates_are_derivatives_by_the_variance(string activation)
    {
        const double Step = 0.02;
        double[] squares = [.. new[] { -1, 0, 1 }.Select(i => Math.Log(Of(activation, 0, Math.Exp(i * Step / 2)).SquaredValue))], slopes = [.. new[] { -1, 0, 1 }.Select(i => Math.Log(Of(activation, 0, Math.Exp(i * Step / 2)).SquaredSlope))];
        CorrelatedMoments middle = Of(activation, 0, 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(middle.SquaredValueRates.First, Is.EqualTo((squares[2] - squares[0]) / (2 * Step)).Within(Step * Step));
            Assert.That(middle.SquaredSlopeRates.First, Is.EqualTo((slopes[2] - slopes[0]) / (2 * Step)).Within(Step * Step));
            // Single precision's 1e-7 of a value over the step's square.
            Assert.That(middle.SquaredValueRates.Second, Is.EqualTo((squares[2] - 2 * squares[1] + squares[0]) / (Step * Step)).Within(2e-3));
            Assert.That(middle.SquaredSlopeRates.Second, Is.EqualTo((slopes[2] - 2 * slopes[1] + slopes[0]) / (Step * Step)).Within(2e-3));
        }
    }

    static CorrelatedMoments Of(string activation, double mean, double deviation) => CorrelatedMoments.Of(new KernelCurve(Activations.Parse(activation), SimdLevels.Best), mean, deviation);
}
