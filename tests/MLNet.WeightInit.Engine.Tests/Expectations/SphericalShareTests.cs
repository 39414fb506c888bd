using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit.Engine.Tests.Expectations;

/// <summary>What orthogonal weights leave to chance: means over the coordinates of a point of a sphere, against those of normal variables.</summary>
public class SphericalShareTests
{
    /// <summary>Σ z₊² is (Σ z² + Σ z |z|) / 2, of which the first is n; with E z⁴ = 3n / (n + 2) there is 3 / (n + 2) of its square in place of 3 / n, whatever the scale. A jump, z > 0, has ¼ in place of ¼.</summary>
    [Test]
    public void Relu_has_n_over_n_and_two([Values(2, 3, 4, 10, 32, 1000)] int dimension, [Values(0.3, 20)] double deviation)
    {
        var moments = CorrelatedMoments.Of(new KernelCurve(Activations.Parse("ReLU"), SimdLevels.Best), 0, deviation);
        Assert.That(moments.SphericalShareOfSquares(dimension), Is.EqualTo(dimension / (dimension + 2.0)).Within(1e-3));
        if (dimension >= 4)
            Assert.That(moments.SphericalShareOfSquaredSlopes(dimension), Is.EqualTo(1).Within(1e-3));
    }

    /// <summary>By polynomials that another program orthogonalized over 400,001 points of z: the flatter a square, the less its fourth term has on a small sphere.</summary>
    [TestCase(0.98, 32, 0.935886)]
    [TestCase(0.2, 32, 0.824454)]
    [TestCase(0.2, 64, 0.908928)]
    [TestCase(0.04, 128, 0.915685)]
    public void Tanh_has_less_of_its_fourth_term(double variance, int dimension, double expected)
    {
        var moments = CorrelatedMoments.Of(new KernelCurve(Activations.Parse("Tanh"), SimdLevels.Best), 0, Math.Sqrt(variance));
        // Single precision leaves 1e-7 of squares that differ from z² by some 1e-2.
        Assert.That(moments.SphericalShareOfSquares(dimension), Is.EqualTo(expected).Within(2e-3));
    }

    /// <summary>Σ z² is known: nothing is left of it.</summary>
    [Test]
    public void The_identity_has_nothing_to_share()
        => Assert.That(CorrelatedMoments.Of(ActivationCurve.Identity, 0, 1).SphericalShareOfSquares(32), Is.EqualTo(1));
}
