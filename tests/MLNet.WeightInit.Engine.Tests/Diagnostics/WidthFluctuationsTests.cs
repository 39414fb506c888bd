using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>The bands of theory: closed forms, and draws of the weights.</summary>
public class WidthFluctuationsTests
{
    /// <summary>One row (its own pairs alone) through ReLU layers of n units on n inputs: 5/n a layer less 2/n², what the measured variance of the weights tells, and 2/n − 2/n² for the layer's own units; orthogonal
    /// weights leave 3/n, and nothing of the layer's own (Hanin and Rolnick 2018 for 5/n).</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void Relu_gathers_five_over_n_a_layer_and_three_where_weights_are_orthogonal(bool isOrthogonal)
    {
        const int Depth = 6, Width = 100;
        LayerProbe[] layers = [.. Enumerable.Repeat(Probes.Layer([new float[Width]], inputs: Width), Depth + 1)];
        WeightMoments[] moments = [.. Enumerable.Repeat(new WeightMoments(0, 2.0 / Width, 0, 0), Depth + 1)];
        SimilarityLayer[] similarities = SimilarityRecursion.Predict(layers, moments, new KernelCurve(Activations.Parse("ReLU"), SimdLevels.Best), [(0, Width)], new RowSimilarity([0, 0], [1], 1), null);
        (Fluctuation[] forward, Fluctuation[] backward) = new WidthFluctuations(layers, similarities, [.. Enumerable.Repeat(isOrthogonal, Depth + 1)], 1, null).Predict(1, (1, 1));
        using (Assert.EnterMultipleScope())
        {
            for (int layer = 0; layer <= Depth; layer++)
            {
                double gathered = layer * (isOrthogonal ? 3.0 / Width : 5.0 / Width - 2.0 / (Width * Width)), own = isOrthogonal ? 0 : 2.0 / Width - 2.0 / (Width * Width);
                // The mean of the units, 2/n² and −1/n, and that of the weights, 2/n⁴ and 1/n², are taken away from what is measured and predicted.
                Assert.That(forward[layer].Variance, Is.EqualTo(gathered + own + 2.0 / (Width * Width)).Within(1e-5), $"signal of layer {layer}");
                Assert.That(forward[layer].Mean, Is.EqualTo(-(gathered + own) / 2 - 1.0 / Width + 1.0 / (Width * Width)).Within(1e-5), $"mean of layer {layer}");
            }
            // E φ′⁴ 3 / (E φ′²)² − 1 = 5 a layer, and the first layer's q does nothing to a slope of 0 or 1.
            Assert.That(backward[0].Variance, Is.EqualTo(Depth * (isOrthogonal ? 3.0 / Width : 5.0 / Width - 2.0 / (Width * Width))).Within(1e-5));
        }
    }

    [TestCase("ReLU", "he")]
    [TestCase("Tanh", "glorot")]
    [TestCase("Tanh", "orthogonal")]
    public void Ninety_five_of_a_hundred_draws_lie_in_the_bands(string activation, string init)
    {
        const int Draws = 400, Depth = 4, Width = 32;
        float[] values = new float[32 * 16];
        new RandomSource(1, "rows").FillNormal(values, 1);
        var data = new TrainingSet(values, 32, 16, [.. Enumerable.Range(0, 32).Select(row => (float)(row % 4))], 1);
        int[] signals = new int[Depth], gradients = new int[Depth];
        for (int draw = 0; draw < Draws; draw++)
        {
            InitializationReport report = NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Multiclass, 4, [.. Enumerable.Repeat(Width, Depth)], activation, init: init, epochs: 0, seed: draw)).Initialization;
            for (int layer = 0; layer < Depth; layer++)
            {
                (LayerStatistics measured, LayerTheory theory) = (report.Layers[layer], report.Theory!.Layers[layer]);
                signals[layer] += measured.PreActivationDeviation >= theory.LowestDeviation && measured.PreActivationDeviation <= theory.HighestDeviation ? 1 : 0;
                gradients[layer] += measured.PreActivationGradientNorm >= theory.LowestGradientNorm && measured.PreActivationGradientNorm <= theory.HighestGradientNorm ? 1 : 0;
            }
        }
        // Four binomial deviations of 400 draws are 4.4 %, and 1 % is what the first order in 1/n may miss.
        double allowance = 0.01 + 4 * Math.Sqrt(0.95 * 0.05 / Draws);
        Assert.That(signals.Select(count => (double)count / Draws), Is.All.EqualTo(0.95).Within(allowance), "signal");
        Assert.That(gradients.Select(count => (double)count / Draws), Is.All.EqualTo(0.95).Within(allowance), "gradient");
    }

    [TestCase("orthogonal", 64, 64, true)]
    [TestCase("orthogonal", 32, 64, true)]
    [TestCase("orthogonal", 64, 32, true)]
    [TestCase("he", 64, 64, false)]
    [TestCase("he", 64, 32, false)]
    [TestCase("identity", 64, 64, true)]
    public void Orthogonal_weights_are_recognized(string init, int outputs, int inputs, bool expected)
    {
        var weights = new float[outputs * inputs];
        InitializerRegistry.CreateDefault().Parse(init).Fill(weights, WeightShape.Dense(inputs, outputs), new RandomSource(1, "weights"));
        Assert.That(OrthogonalWeights.Are(weights, outputs, inputs), Is.EqualTo(expected));
    }
}
