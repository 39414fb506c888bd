using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

public class MeanFieldRecursionTests
{
    [Test]
    public void First_layer_is_the_weights_variance_times_the_rows_length()
    {
        // Σ x² = 25 and 100; Var W = 0.04; Var b = 0.5: q = 1.5 and 4.5, pooled 3.
        float[] features = [3, 4, 6, 8];
        MeanFieldLayer[] layers = Predict("Identity", features, [new WeightMoments(0, 0.04, 0, 0.5)], (2, 3));
        Assert.That(layers[0].Deviation, Is.EqualTo(Math.Sqrt(3)).Within(1e-12));
    }

    [Test]
    public void A_bias_shifts_the_mean_and_not_the_deviation()
    {
        MeanFieldLayer[] layers = Predict("ReLU", [1, 1], [new WeightMoments(0, 0.5, -10, 0), new WeightMoments(0, 1, 0, 0)], (2, 4), (4, 1));
        Assert.That(layers[0].Deviation, Is.EqualTo(1).Within(1e-12));
        Assert.That(layers[0].SquaredSlope, Is.Zero, "the whole layer is off");
        Assert.That(layers[1].Deviation, Is.Zero);
    }

    [Test]
    public void Relu_halves_the_second_moment_in_each_layer()
    {
        const int Depth = 30, Width = 64;
        var moments = Enumerable.Repeat(new WeightMoments(0, 1.0 / Width, 0, 0), Depth).ToArray();
        var fans = Enumerable.Repeat((Width, Width), Depth).ToArray();
        MeanFieldLayer[] layers = Predict("ReLU", [.. Enumerable.Repeat(1f, Width)], moments, fans);
        for (int index = 0; index < Depth; index++)
            Assert.That(layers[index].Deviation, Is.EqualTo(Math.Pow(2, -index / 2.0)).Within(1e-5 * Math.Pow(2, -index / 2.0)), $"layer {index}");
    }

    [Test]
    public void A_sigmoids_mean_is_part_of_the_next_layers_variance()
    {
        // q₁ = 1, so E φ² = 0.293379 (and not the variance, 0.043379).
        MeanFieldLayer[] layers = Predict("Sigmoid", [1], [new WeightMoments(0, 1, 0, 0), new WeightMoments(0, 0.1, 0, 0)], (1, 10), (10, 1));
        Assert.That(layers[1].Deviation, Is.EqualTo(Math.Sqrt(0.293379)).Within(1e-6));
    }

    [Test]
    public void Rows_of_different_length_keep_their_own_recursion_where_the_activation_is_not_homogeneous()
    {
        // A row of zeros and one that saturates hard-tanh: E φ² is 0 and about 1, in the mean ½. One recursion from the mean length would give nearly 1.
        MeanFieldLayer[] layers = Predict("HardTanh", [0, 1e4f], [new WeightMoments(0, 1, 0, 0), new WeightMoments(0, 0.1, 0, 0)], (1, 10), (10, 1));
        Assert.That(layers[1].Deviation, Is.EqualTo(Math.Sqrt(0.5)).Within(0.01));
    }

    [Test]
    public void Gradients_shrink_by_fan_out_times_variance_times_squared_slope()
    {
        var layers = new[] { Layer(8, 16), Layer(16, 4), Layer(4, 2) };
        WeightMoments[] moments = [new(0, 1, 0, 0), new(0, 0.5, 0, 0), new(0.5, 0.25, 0, 0)];
        MeanFieldLayer[] predictions = [new(1, 0.5), new(1, 0.25), new(1, 1)];
        double[] norms = MeanFieldRecursion.PredictGradientNorms(layers, moments, predictions, 2);
        // Last hidden: 4 · 0.25 · (0.25 + 0.5²) = 0.5; first: 16 · 0.5 · 0.5 = 4.
        Assert.That(norms, Is.EqualTo(new[] { 2 * Math.Sqrt(2), 2 * Math.Sqrt(0.5), 2 }).Within(1e-12));
        Assert.That(MeanFieldRecursion.GradientRatio(layers, moments, predictions), Is.EqualTo(2).Within(1e-12));
    }

    [Test]
    public void Dropout_multiplies_the_second_moment_and_the_squared_gradient_by_one_over_what_is_kept()
    {
        // h = (3, 4): z = Σ w h m / q has variance Var W · 25 / q, and E w of ½ adds ¼ · 25 · (1 / q − 1) of the masks' own.
        var dropout = new Dropout(0.2f, isAlpha: false);
        var layers = new[] { Layer(1, 2), Layer(2, 4), Layer(4, 1) };
        WeightMoments[] moments = [new(0, 1, 0, 0), new(0.5, 0.3, 0, 0), new(0, 1, 0, 0)];
        MeanFieldLayer[] predictions = MeanFieldRecursion.Predict(layers, moments, ActivationCurve.Identity, [(5, 25)], dropout);
        Assert.That(predictions[1].Deviation, Is.EqualTo(Math.Sqrt((0.3 / 0.8 + 0.25 * 0.25) * 50)).Within(1e-6));   // two units of E h² = 25
        double[] norms = MeanFieldRecursion.PredictGradientNorms(layers, moments, predictions, 1, dropout);
        Assert.That(norms[1], Is.EqualTo(Math.Sqrt(4 / 0.8)).Within(1e-6));
    }

    // P(all n rows ≤ 0): c = 0 gives 2^−n; c = ½ gives 1 / (n + 1), the chance that s is the least of n + 1 draws; c = 1 gives ½.
    [TestCase(0, 4, 1.0 / 16)]
    [TestCase(0.5, 1, 1.0 / 2)]
    [TestCase(0.5, 3, 1.0 / 4)]
    [TestCase(0.5, 255, 1.0 / 256)]
    [TestCase(1, 256, 1.0 / 2)]
    public void Dead_units_are_predicted_from_the_likeness_of_rows(double similarity, int rows, double expected)
    {
        var relu = new KernelCurve(Activations.Parse("ReLU"), SimdLevels.Best);
        Assert.That(DeadUnitPrediction.Share(new GaussianQuadrature(), relu, 4, similarity, rows), Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void No_unit_of_a_smooth_activation_is_expected_dead()
        => Assert.That(DeadUnitPrediction.Share(new GaussianQuadrature(), new KernelCurve(Activations.Parse("GELU"), SimdLevels.Best), 1, 1, 256), Is.Zero);

    static MeanFieldLayer[] Predict(string activation, float[] features, WeightMoments[] moments, params (int Inputs, int Units)[] fans)
        => MeanFieldRecursion.Predict([.. fans.Select(fan => Layer(fan.Inputs, fan.Units))], moments, new KernelCurve(Activations.Parse(activation), SimdLevels.Best), [.. features.Chunk(fans[0].Inputs).Select(row => (row.Sum(x => (double)x), row.Sum(x => (double)x * x)))]);

    static LayerProbe Layer(int inputs, int units) => Probes.Layer([new float[units]], inputs: inputs);
}
