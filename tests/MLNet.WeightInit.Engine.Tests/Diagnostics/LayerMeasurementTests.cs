using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

public class LayerMeasurementTests
{
    [Test]
    public void Figures_are_pooled_over_rows_and_units_without_padding()
    {
        // z: mean 2, squares 1 + 9 + 4 + 16 + 0 + 2.25·… kept whole: {1, 3, 2, 4, −1, 3} has mean 2 and variance 40/6 − 4.
        LayerStatistics layer = Measure(Probes.Layer([[1, 3, 2], [4, -1, 3]], weights: [1, 3, 5], activation: "ReLU", function: z => Math.Max(0, z), gradients: [[3, 0, 0], [0, 4, 0]], weightGradients: [0.6f, 0.8f]), 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(layer.PreActivationMean, Is.EqualTo(2));
            Assert.That(layer.PreActivationDeviation, Is.EqualTo(Math.Sqrt(40.0 / 6 - 4)).Within(1e-5));
            Assert.That(layer.OutputMean, Is.EqualTo(13.0 / 6).Within(1e-5));
            Assert.That(layer.OutputDeviation, Is.EqualTo(Math.Sqrt(39.0 / 6 - 169.0 / 36)).Within(1e-5));
            Assert.That(layer.ZeroFraction, Is.EqualTo(1.0 / 6).Within(1e-6));
            Assert.That(layer.DeadFraction, Is.Zero, "unit 1 is off on one row only");
            Assert.That(layer.PreActivationGradientNorm, Is.EqualTo(5));
            Assert.That(layer.WeightGradientNorm, Is.EqualTo(1).Within(1e-6));
            Assert.That(layer.WeightDeviation, Is.EqualTo(Math.Sqrt(8.0 / 3)).Within(1e-5));
        }
    }

    [TestCase(1e-28f)]
    [TestCase(1e30f)]
    public void Norms_and_deviations_stay_right_far_from_one(float scale)
    {
        LayerStatistics layer = Measure(Probes.Layer([[3 * scale, -3 * scale]], weights: [scale, -scale], gradients: [[3 * scale, 4 * scale]], weightGradients: [5 * scale, 12 * scale]), 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(layer.PreActivationDeviation / scale, Is.EqualTo(3).Within(1e-5));
            Assert.That(layer.PreActivationGradientNorm / scale, Is.EqualTo(5).Within(1e-5));
            Assert.That(layer.WeightGradientNorm / scale, Is.EqualTo(13).Within(1e-5));
            Assert.That(layer.WeightDeviation / scale, Is.EqualTo(1).Within(1e-5));
        }
    }

    [Test]
    public void Equal_weights_have_no_deviation_at_all()
        => Assert.That(Measure(Probes.Layer([[1, 1, 1]], weights: [.. Enumerable.Repeat(0.1f, 300)], inputs: 100), 1).WeightDeviation, Is.Zero);

    [Test]
    public void A_unit_is_dead_where_its_derivative_is_zero_on_every_row()
    {
        LayerStatistics relu = Measure(Probes.Layer([[-1, -1, 2, 0], [-2, 1, 2, 0]], activation: "ReLU", function: z => Math.Max(0, z)), 2);
        Assert.That(relu.DeadFraction, Is.EqualTo(0.5), "units 0 and 3");
        LayerStatistics hard = Measure(Probes.Layer([[-2, 0.5f], [3, 2]], activation: "HardTanh", function: z => Math.Clamp(z, -1, 1)), 2);
        Assert.That(hard.DeadFraction, Is.EqualTo(0.5), "unit 0 is at a bound on both rows");
    }

    [TestCase("Tanh", 0.97f, 0.9701f)]
    [TestCase("Softsign", -0.97f, -0.98f)]
    [TestCase("Erf", 0.5f, 1)]
    [TestCase("Sigmoid", 0.03f, 0.0299f)]
    [TestCase("HardTanh", 0.9999f, 1)]
    [TestCase("HardTanh", -0.9999f, -1)]
    public void Saturation_begins_at_the_activations_bound(string activation, float inside, float outside)
        => Assert.That(Measure(Probes.Layer([[inside, outside]], activation: activation), 1).SaturatedFraction, Is.EqualTo(0.5));

    [TestCase("ReLU")]
    [TestCase("SELU")]
    [TestCase("GELU")]
    public void Unbounded_activations_do_not_saturate(string activation)
        => Assert.That(Measure(Probes.Layer([[-1e6f, 1e6f, 0]], activation: activation), 1).SaturatedFraction, Is.Zero);

    [Test]
    public void A_value_that_is_not_finite_shows_and_does_not_throw()
    {
        LayerStatistics layer = Measure(Probes.Layer([[float.NaN, 1], [float.PositiveInfinity, 1]], weights: [float.NaN, 1]), 2);
        Assert.That(layer.PreActivationDeviation, Is.NaN);
        Assert.That(layer.WeightDeviation, Is.NaN);
    }

    /// <summary>Exact products of small integers: a right sum is exact whatever its length and whatever lane or tail a value falls in.</summary>
    [Test]
    public void Sums_count_every_value_once([Range(0, 33)] int length)
    {
        float[] values = [.. Enumerable.Range(1, length).Select(i => (float)i)];
        Assert.That(FixedOrderSums.SumAndSquares(values), Is.EqualTo((length * (length + 1) / 2.0, length * (length + 1) * (2 * length + 1) / 6.0)));
    }

    static LayerStatistics Measure(LayerProbe layer, int rows)
        => LayerMeasurement.Measure(layer, rows, isOutput: false, new KernelCurve(Activations.Parse(layer.Activation), SimdLevels.Best), WeightMoments.Of(layer.Weights, layer.Biases), new MeanFieldLayer(1, 1), 1, new GaussianQuadrature());
}
