using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Fixed points, and how fast they are reached.</summary>
public class DepthScalesTests
{
    const int Width = 100;

    /// <summary>tanh at σb² = 0.05, by Simpson's rule with 2 × 20,000 cells: what is printed there is what is asked for here, so half of its last digit is the tolerance.</summary>
    [TestCase(0.5, 0.0876, 0.432, 1, 1.19)]
    [TestCase(1.3, 0.3153, 0.880, 1, 7.83)]
    [TestCase(1.5, 0.4180, 0.939, 1, 15.8)]
    [TestCase(2.0, 0.7218, 1.048, 0.744, 25.2)]
    [TestCase(2.5, 1.0640, 1.134, 0.447, 11.8)]
    [TestCase(4.0, 2.195, 1.342, 0.165, 6.98)]
    public void Tanh_has_the_fixed_points_of_its_phases(double weights, double variance, double growth, double similarity, double depth)
    {
        DepthScales scales = Of("Tanh", weights, 0.05);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scales.FixedPoint, Is.EqualTo(variance).Within(weights == 4 ? 5e-4 : 5e-5), "q*");
            Assert.That(scales.GradientGrowth, Is.EqualTo(growth).Within(5e-4), "chi");
            Assert.That(scales.SimilarityFixedPoint, Is.EqualTo(similarity).Within(5e-4), "c*");
            Assert.That(scales.SimilarityDepth, Is.EqualTo(depth).Within(depth > 10 ? 0.05 : 0.005), "depth of rows");
            Assert.That(scales.GradientDepth, Is.EqualTo(1 / Math.Abs(Math.Log(scales.GradientGrowth))).Within(1e-9), "depth of gradients");
        }
    }

    /// <summary>Critical: σw² = 1.76095 at q* = 0.57005. χ₁ is 1 to six digits, so that the depth is beyond any network's.</summary>
    [Test]
    public void The_edge_of_chaos_has_no_depth_scale()
    {
        DepthScales scales = Of("Tanh", 1.76095, 0.05);
        Assert.That(scales.FixedPoint, Is.EqualTo(0.57005).Within(5e-5));
        Assert.That(scales.GradientDepth, Is.GreaterThan(1e4));
        Assert.That(scales.SimilarityDepth, Is.GreaterThan(1e4));
    }

    /// <summary>GELU at unit variance and the gain that keeps it: a slope of 1.144, so that any error grows.</summary>
    [TestCase("GELU", 2.351714, 1.144)]
    [TestCase("SiLU", 2.810759, 1.173)]
    [TestCase("SELU", 1, 0.783)]
    [TestCase("ELU", 1.550511, 0.891)]
    public void Stability_is_the_slope_of_the_variance(string activation, double weights, double slope)
    {
        Assert.That(Of(activation, weights, 0).StabilitySlope, Is.EqualTo(slope).Within(5e-4));
        if (slope < 1)
            Assert.That(Of(activation, weights, 0, 3).FixedPoint, Is.EqualTo(1).Within(1e-4), "stable: reached from elsewhere");
        else
        {
            Assert.That(Of(activation, weights, 0, 0.9).FixedPoint, Is.LessThan(1e-3), "below, it dies out");
            Assert.That(Of(activation, weights, 0, 1.1).FixedPoint, Is.GreaterThan(1e3), "above, it grows without end");
        }
    }

    [TestCase(2, 1, double.PositiveInfinity)]
    [TestCase(1, 0.5, 1.442695)]
    public void Relu_keeps_any_scale_and_its_rows_apart(double weights, double growth, double depth)
    {
        DepthScales scales = Of("ReLU", weights, 0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scales.FixedPoint, Is.NaN);
            Assert.That(scales.GradientGrowth, Is.EqualTo(growth).Within(1e-6));
            Assert.That(scales.GradientDepth, Is.EqualTo(depth).Within(1e-5));
            Assert.That(scales.SimilarityFixedPoint, Is.EqualTo(1));
            Assert.That(scales.SimilarityDepth, Is.EqualTo(double.PositiveInfinity), "1 - c falls like 1 / layers squared, whatever the scale");
        }
    }

    [Test]
    public void Without_two_hidden_layers_there_is_nothing_to_say()
        => Assert.That(Of("Tanh", 1, 0.05, hidden: 1).GradientGrowth, Is.NaN);

    /// <summary>Schoenholz et al. 2017, section 3.4: dropout moves c* below 1 and there is no critical point. For the identity, q′ = σw² q / p and q′ c′ = σw² q c, so c falls by p a layer.</summary>
    [Test]
    public void Dropout_takes_rows_apart()
    {
        var dropout = new Dropout(0.2f, isAlpha: false);
        DepthScales scales = Of("Identity", 0.8, 0, dropout: dropout);
        Assert.That(scales.SimilarityFixedPoint, Is.Zero.Within(1e-9));
        Assert.That(scales.SimilarityDepth, Is.EqualTo(-1 / Math.Log(0.8)).Within(1e-4));
        Assert.That(scales.GradientGrowth, Is.EqualTo(1).Within(1e-6));
    }

    /// <summary>The c-map of ReLU from Cho and Saul's closed form, layer by layer; of two rows, so that there is one pair.</summary>
    [Test]
    public void Rows_grow_alike_by_the_arc_cosine_map()
    {
        const int Depth = 30;
        SimilarityLayer[] layers = Similarities("ReLU", 2, 0, Depth, [0.25]);
        double expected = 0.25;
        for (int layer = 0; layer < Depth; layer++)
        {
            // Of what a step takes, 4 % may be wrong.
            Assert.That(layers[layer].Similarity, Is.EqualTo(expected).Within(0.04 * (1 - expected)), $"layer {layer}");
            expected = (Math.Sqrt(1 - expected * expected) + expected * (Math.PI - Math.Acos(expected))) / Math.PI;
        }
        Assert.That(layers[^1].Similarity, Is.EqualTo(0.974).Within(0.005), "measured at 30 layers");
    }

    static DepthScales Of(string activation, double weights, double biases, double start = 1, int hidden = 3, Dropout? dropout = null)
    {
        SimilarityLayer[] similarities = Similarities(activation, weights, biases, hidden, [0.3], start, dropout);
        return DepthScales.Of(Layers(hidden), Moments(weights, biases, hidden, start), Curve(activation), similarities, 1, dropout);
    }

    static SimilarityLayer[] Similarities(string activation, double weights, double biases, int hidden, double[] cosines, double start = 1, Dropout? dropout = null)
        => SimilarityRecursion.Predict(Layers(hidden), Moments(weights, biases, hidden, start), Curve(activation), [(0, Width), (0, Width)], new RowSimilarity([0, 1], cosines, 1), dropout);

    static ActivationCurve Curve(string activation) => activation == "Identity" ? ActivationCurve.Identity : new KernelCurve(Activations.Parse(activation), SimdLevels.Best);

    static LayerProbe[] Layers(int hidden) => [.. Enumerable.Repeat(Probes.Layer([new float[Width]], inputs: Width), hidden + 1)];

    /// <summary>The first layer gives the variance to start from, the others are alike.</summary>
    static WeightMoments[] Moments(double weights, double biases, int hidden, double start)
        => [new(0, start / Width, 0, 0), .. Enumerable.Repeat(new WeightMoments(0, weights / Width, 0, biases), hidden)];
}
