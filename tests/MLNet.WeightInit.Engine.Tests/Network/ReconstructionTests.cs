using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Network;

/// <summary>What an autoencoder's scorer adds to its scores.</summary>
[TestFixture]
internal sealed class ReconstructionTests
{
    const int Features = 21, Rows = 30;

    [TestCase(new[] { 5 }, 0)]
    [TestCase(new[] { 32, 8, 32 }, 1)]
    [TestCase(new[] { 8, 8, 8 }, 1)]
    [TestCase(new[] { 8, 8 }, 0)]
    [TestCase(new[] { 32, 8, 8, 8, 8, 32 }, 2)]
    [TestCase(new[] { 3, 8, 3 }, 0)]
    [TestCase(new[] { 128, 64 }, 1)]
    public void The_bottleneck_is_the_narrowest_hidden_layer_and_the_middle_one_of_equals(int[] hidden, int expected)
        => Assert.That(Reconstruction.BottleneckOf(hidden), Is.EqualTo(expected));

    [Test]
    public void The_embedding_is_the_bottlenecks_activations_and_the_error_the_mean_squared_difference_in_deviations([Values("ReLU", "GELU")] string activation, [Values] bool standardized)
    {
        FeedForwardNetwork network = Create(activation, standardized);
        float[] features = Networks.Values(Features, 40, 3);
        float[] scores = Score(network, features, 1);
        double[] embedding = Networks.Logits(Bottleneck(network, activation), features, Function(activation)).Select(Function(activation)).ToArray();
        for (int unit = 0; unit < 6; unit++)
            Assert.That((double)scores[Features + unit], Is.EqualTo(embedding[unit]).Within(1e-5 * Math.Max(1, Math.Abs(embedding[unit]))), $"unit {unit}: two layers of some 20 terms below 10");

        float[] reconstructed = scores[..Features];
        double sum = 0;
        int counted = 0;
        for (int feature = 0; feature < Features; feature++)
        {
            double deviation = standardized ? network.TargetScale.Scales[feature] : 1;
            if (deviation == 0)
                continue;
            sum += Math.Pow(((double)reconstructed[feature] - features[feature]) / deviation, 2);
            counted++;
        }
        Assert.That(counted, Is.EqualTo(standardized ? Features - 1 : Features), "a constant feature doesn't count");
        Assert.That((double)scores[^1], Is.EqualTo(sum / counted).Within(4e-7 * sum / counted), "1 / deviation is rounded once, the result again");
        var plain = new float[Features];
        network.Predict(features, plain);
        Assert.That(plain, Is.EqualTo(reconstructed), "the scores are those without");
    }

    [Test]
    public void Rows_are_the_same_alone_and_in_any_block_and_a_missing_feature_makes_all_of_a_row_missing([Values(1, 7, 64)] int capacity)
    {
        FeedForwardNetwork network = Create("GELU", standardized: true);
        float[] features = Networks.Values(Rows * Features, 41, 3);
        features[4 * Features + 2] = float.NaN;
        float[] together = Score(network, features, capacity);
        int length = Features + 7;
        for (int row = 0; row < Rows; row++)
            Assert.That(together.AsSpan(row * length, length).ToArray(), Is.EqualTo(Score(network, features.AsSpan(row * Features, Features).ToArray(), 1)), $"row {row}");
        Assert.That(together.AsSpan(4 * length, length).ToArray(), Is.All.NaN);
        Assert.That(together.Count(float.IsNaN), Is.EqualTo(length));
    }

    [Test]
    [Category("Fused")]
    public void Every_width_gives_the_same_bits()
    {
        FeedForwardNetwork network = Create("SiLU", standardized: true);
        float[] features = Networks.Values(Rows * Features, 41, 3);
        float[][] all = [.. Widths.Fused.Select(level =>
        {
            var scorer = new NetworkScorer(network, 8, level, new Reconstruction(network));
            var scores = new float[Rows * scorer.ScoreLength];
            scorer.Score(features, Rows, scores);
            return scores;
        })];
        Assert.That(all[1], Is.EqualTo(all[0]));
        Assert.That(all[2], Is.EqualTo(all[0]));
    }

    static float[] Score(FeedForwardNetwork network, float[] features, int capacity)
    {
        var scorer = new NetworkScorer(network, capacity, reconstruction: new Reconstruction(network));
        int rows = features.Length / Features;
        var scores = new float[rows * scorer.ScoreLength];
        scorer.Score(features, rows, scores);
        return scores;
    }

    static FeedForwardNetwork Create(string activation, bool standardized)
    {
        float[] deviations = [.. Networks.Values(Features, 8).Select(value => value + 1.5f)];
        deviations[3] = 0;
        AffineScale features = new(Networks.Values(Features, 9), [.. deviations.Select(deviation => deviation == 0 ? 0 : 1 / deviation)]), targets = new(features.Means, deviations);
        return Networks.Create(Features, [13, 6, 13], Features, activation, features: standardized ? features : AffineScale.None, targets: standardized ? targets : AffineScale.None);
    }

    /// <summary>The first two layers as a network of their own.</summary>
    static FeedForwardNetwork Bottleneck(FeedForwardNetwork network, string activation)
    {
        var part = new FeedForwardNetwork(new NetworkLayout(Features, [13], activation, 6), NetworkTask.Regression, network.FeatureScale, AffineScale.None);
        for (int layer = 0; layer < 2; layer++)
        {
            part.DenseLayers[layer].SetWeights(network.DenseLayers[layer].GetWeights());
            part.DenseLayers[layer].SetBiases(network.DenseLayers[layer].GetBiases());
        }
        return part;
    }

    static Func<double, double> Function(string activation) => activation == "ReLU" ? z => Math.Max(z, 0) : z => z * (1 + MathNet.Numerics.SpecialFunctions.Erf(z / Math.Sqrt(2))) / 2;
}
