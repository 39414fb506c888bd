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
    /// <summary>One row (its own pairs alone) through ReLU layers of n units on n inputs: 5/n a layer (Hanin and Rolnick 2018) less 2/n², what the measured variance of the weights tells, and 2/n − 2/n² for the layer's own units;
    /// orthogonal weights leave 3/(n + 2), and nothing of the layer's own. From the second layer on the inputs' mean takes 1/π of their length, and the mean of the weights, which is measured, decides the units' mean along it:
    /// the part z of z₊², E z z₊² = √(2/π) of √(1/2), that is 8/π of the 5, so (8/π) (1/π) less.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void Relu_gathers_five_over_n_a_layer_and_three_over_n_and_two_where_weights_are_orthogonal(bool isOrthogonal)
    {
        const int Depth = 6, Width = 100;
        (Fluctuation[] forward, Fluctuation[] backward) = OneRow("ReLU", Depth, Width, isOrthogonal, alignment: 1);
        using (Assert.EnterMultipleScope())
        {
            double variance = 0, shift = 0, own = isOrthogonal ? 0 : 2.0 / Width - 2.0 / (Width * Width), ofMeans = 1.0 / (Width * Width);
            for (int layer = 0; layer <= Depth; layer++)
            {
                // The mean of the units, −1/n, and that of the weights, 1/n², are taken away from what is measured and predicted. Of n independent units Σ (z − z̄)² has 2 (n − 1) / n² (less what the weights' variance tells of both), and
                // where Σ z² is no chance the mean's own 2/n² is; what is left of their own is relative to the 1 − 1/n that is left of the mean square.
                double left = own + (isOrthogonal ? 2 : 2 - 4 * (1 - 1.0 / Width)) * ofMeans, relative = left / ((1 - 1.0 / Width) * (1 - 1.0 / Width));
                Assert.That(forward[layer].Variance, Is.EqualTo(variance + relative).Within(1e-5), $"signal of layer {layer}");
                Assert.That(forward[layer].Mean, Is.EqualTo(shift - (variance + own + relative - left) / 2 + Math.Log(1 - 1.0 / Width) + ofMeans).Within(1e-5), $"mean of layer {layer}");
                double common = layer == 0 ? 0 : 1 / Math.PI;
                variance += isOrthogonal ? (3 - 8 / Math.PI * common) / (Width + 2) : (5 - 2.0 / Width - 8 / Math.PI * common) / Width;
                shift += ofMeans - common / Width;               // about the known mean 1 − 1/n of the common part varies, and the weights' mean brings its square
            }
            // E φ′⁴ 3 / (E φ′²)² − 1 = 5 a layer, of which the mean of z decides 2/π of the common part; the layer's q does nothing to a slope of 0 or 1.
            double slopes = 0;
            for (int layer = Depth - 1; layer >= 0; layer--)
                Assert.That(backward[layer].Variance, Is.EqualTo(slopes += isOrthogonal ? (3 - 2 / Math.PI * (layer == 0 ? 0 : 1 / Math.PI)) / (Width + 2) : (5 - 2.0 / Width - 2 / Math.PI * (layer == 0 ? 0 : 1 / Math.PI)) / Width).Within(1e-5), $"gradient of layer {layer}");
        }
    }

    /// <summary>The share of a gradient that lies along the row's own signal goes whole through ReLU, whose mask halves the rest, and again through the weights: with (f·δ)² = κ q δ² at the output β = (κ − 1)/n, of which every
    /// layer adds two, and the outputs' weights one.</summary>
    [Test]
    public void A_gradient_that_knows_of_its_outputs_grows_by_twice_its_share_along_the_signal_a_layer()
    {
        const int Depth = 6, Width = 1000;
        const double Alignment = 5, Share = (Alignment - 1) / Width;
        Fluctuation[] aligned = OneRow("ReLU", Depth, Width, isOrthogonal: false, Alignment).Backward, independent = OneRow("ReLU", Depth, Width, isOrthogonal: false, alignment: 1).Backward;
        for (int layer = Depth - 1; layer >= 0; layer--)
        {
            double Expected(Fluctuation of) => Math.Exp(of.Mean + of.Variance / 2);
            // β is itself over a length that chance moves by 5/n a layer, and the growth is squared in 1/n: both a few percent of 2 β.
            double layers = Depth - layer;
            Assert.That(Expected(aligned[layer]) / Expected(independent[layer]) - 1, Is.EqualTo(2 * layers * Share).Within(0.08 * 2 * layers * Share), $"layer {layer}");
        }
    }

    /// <summary>A row of squared length n that lies across the vector of ones, in weights of He's variance.</summary>
    static (Fluctuation[] Forward, Fluctuation[] Backward) OneRow(string activation, int depth, int width, bool isOrthogonal, double alignment)
    {
        LayerProbe[] layers = [.. Enumerable.Repeat(Probes.Layer([new float[width]], inputs: width), depth + 1)];
        WeightMoments[] moments = [.. Enumerable.Repeat(new WeightMoments(0, 2.0 / width, 0, 0), depth + 1)];
        var curve = new KernelCurve(Activations.Parse(activation), SimdLevels.Best);
        SimilarityLayer[] similarities = SimilarityRecursion.Predict(layers, moments, curve, [(0, width)], new RowSimilarity([0, 0], [1], 1), null);
        return new WidthFluctuations(layers, similarities, curve, [.. Enumerable.Repeat(isOrthogonal, depth + 1)], new ProbeRows(1, 1, 0, 0), null).Predict(new OutputGradients([1], 1, alignment, 0));
    }

    [TestCase("ReLU", "he")]
    [TestCase("ReLU", "orthogonal(gain=1.4142135)")]
    [TestCase("Tanh", "glorot")]
    [TestCase("Tanh", "orthogonal")]
    [TestCase("Sigmoid", "variance_scaling(scale=16)")]
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
        // Four binomial deviations of 400 draws are 4.4 %, and 1 % is what the first order in 1/n may miss (docs/benchmarks/mean-field-coverage.md: 10,000 draws, wider and deeper networks).
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
