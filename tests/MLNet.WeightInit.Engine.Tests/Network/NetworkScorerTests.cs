using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Network;

[TestFixture]
[Category("Kernels")]
internal sealed class NetworkScorerTests
{
    [TestCase(1, new int[0], 1)]
    [TestCase(3, new[] { 5 }, 2)]
    [TestCase(37, new[] { 64, 17 }, 3)]
    [TestCase(700, new[] { 600, 40 }, 50)]
    public void Scores_match_plain_double_loops(int inputs, int[] hidden, int outputs)
    {
        FeedForwardNetwork network = Networks.Create(inputs, hidden, outputs);
        float[] features = Networks.Values(inputs, 99, 2);
        var scores = new float[outputs];
        network.Predict(features, scores);
        double[] expected = Networks.Logits(network, features, z => Math.Max(z, 0));
        // Each layer multiplies the error so far by at most √3 (uniform weights of unit variance, ReLU) and adds k · 2⁻²⁴ of its sums, which stay below 10.
        double bound = (hidden.Length + 1) * 3 * Math.Max(inputs, 64) * 10 / (double)(1 << 24);
        for (int i = 0; i < outputs; i++)
            Assert.That((double)scores[i], Is.EqualTo(expected[i]).Within(bound));
    }

    [Test]
    public void A_row_scores_the_same_bits_alone_and_in_any_batch([Values(1, 2, 7, 64)] int batch)
    {
        FeedForwardNetwork network = Networks.Create(21, [40, 33], 5, task: NetworkTask.Multiclass, features: Scale(21));
        const int Rows = 100;
        float[] features = Networks.Values(Rows * 21, 3, 5);
        var alone = new float[Rows * 5];
        for (int row = 0; row < Rows; row++)
            network.Predict(features.AsSpan(row * 21, 21), alone.AsSpan(row * 5, 5));
        var together = new float[Rows * 5];
        new NetworkScorer(network, batch).Score(features, Rows, together);
        Assert.That(together, Is.EqualTo(alone));
    }

    [Test]
    [Category("Fused")]
    public void Every_width_scores_the_same_bits()
    {
        FeedForwardNetwork network = Networks.Create(21, [40, 33], 5, task: NetworkTask.Multiclass, features: Scale(21));
        float[] features = Networks.Values(10 * 21, 4, 5);
        float[][] scores = [.. Kernels.Widths.Fused.Select(level =>
        {
            var result = new float[10 * 5];
            new NetworkScorer(network, 10, level).Score(features, 10, result);
            return result;
        })];
        Assert.That(scores[1], Is.EqualTo(scores[0]));
        Assert.That(scores[2], Is.EqualTo(scores[0]));
    }

    [Test]
    [Category("Unfused")]
    public void Without_fused_multiply_add_scores_are_right_to_rounding()
    {
        FeedForwardNetwork network = Networks.Create(21, [40, 33], 5);
        float[] features = Networks.Values(21, 4, 2);
        var scores = new float[5];
        new NetworkScorer(network, 1, SimdLevel.Unfused128).Score(features, scores);
        double[] expected = Networks.Logits(network, features, z => Math.Max(z, 0));
        for (int i = 0; i < 5; i++)
            Assert.That((double)scores[i], Is.EqualTo(expected[i]).Within(3 * 3 * 64 * 10 * 2 / (double)(1 << 24)));
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity)]
    public void A_row_that_is_not_finite_scores_NaN_and_leaves_its_neighbours_alone(float bad)
    {
        FeedForwardNetwork network = Networks.Create(4, [8], 3, task: NetworkTask.Multiclass);
        float[] features = Networks.Values(3 * 4, 5), scores = new float[9], clean = new float[9];
        var scorer = new NetworkScorer(network, 3);
        scorer.Score(features, 3, clean);
        features[4 + 2] = bad;
        scorer.Score(features, 3, scores);
        Assert.That(scores[3..6], Is.All.NaN);
        Assert.That(scores[..3].Concat(scores[6..]), Is.EqualTo(clean[..3].Concat(clean[6..])));
    }

    /// <summary>Buffers are used again: nothing that a bad row left in them, padding included, may come into the rows that follow.</summary>
    [Test]
    public void Rows_that_are_not_finite_leave_those_after_them_alone([Values] Normalization normalization, [Values(3, 5, 17)] int units, [Values(0, 2)] int branchDepth, [Values(1, 20)] int rows,
        [Values(float.NaN, float.NegativeInfinity)] float bad)
    {
        FeedForwardNetwork network = Networks.Create(4, [units, units, units], 2, "Mish", normalization: normalization, branchDepth: branchDepth);
        float[] features = Networks.Values(rows * 4, 5), expected = new float[rows * 2], scores = new float[rows * 2];
        new NetworkScorer(network, rows).Score(features, rows, expected);
        var scorer = new NetworkScorer(network, rows);
        float[] broken = [.. features.Select((value, i) => i % 4 == 2 ? bad : value)];
        scorer.Score(broken, rows, scores);
        Assert.That(scores, Is.All.NaN);
        scorer.Score(features, rows, scores);
        Assert.That(scores, Is.EqualTo(expected));
    }

    [Test]
    public void A_mean_far_above_the_deviation_costs_no_digits()
    {
        // mean / σ = 1e4: folding the mean into the bias would be off by about 8e-3.
        var scale = new AffineScale([10_000, 10_000], [1, 1]);
        FeedForwardNetwork network = Networks.Create(2, [32], 1, features: scale);
        float[] features = [10_000.5f, 9_999.25f];
        var score = new float[1];
        network.Predict(features, score);
        Assert.That((double)score[0], Is.EqualTo(Networks.Logits(network, features, z => Math.Max(z, 0))[0]).Within(1e-5));
    }

    [Test]
    public void A_constant_feature_with_scale_zero_has_no_say()
    {
        FeedForwardNetwork network = Networks.Create(2, [8], 1, features: new AffineScale([3, 0], [0, 1]));
        var usual = new float[1];
        var unusual = new float[1];
        network.Predict([3, 1], usual);
        network.Predict([77, 1], unusual);
        Assert.That(unusual, Is.EqualTo(usual));
    }

    [Test]
    public void Scoring_allocates_nothing_a_row()
    {
        FeedForwardNetwork network = Networks.Create(30, [64, 32], 1);
        float[] features = Networks.Values(30, 1), score = new float[1];
        var scorer = new NetworkScorer(network);
        Allocations.AssertNone(() =>
        {
            scorer.Score(features, score);
            network.Predict(features, score);
        });
    }

    [Test]
    public void Many_threads_score_one_network_at_once()
    {
        FeedForwardNetwork network = Networks.Create(30, [64, 32], 3, task: NetworkTask.Multiclass);
        float[] features = Networks.Values(200 * 30, 1);
        var expected = new float[200 * 3];
        for (int row = 0; row < 200; row++)
            network.Predict(features.AsSpan(row * 30, 30), expected.AsSpan(row * 3, 3));
        var scores = new float[200 * 3];
        Parallel.For(0, 200, row => network.Predict(features.AsSpan(row * 30, 30), scores.AsSpan(row * 3, 3)));
        Assert.That(scores, Is.EqualTo(expected));
    }

    [Test]
    public void Wrong_lengths_are_named()
    {
        FeedForwardNetwork network = Networks.Create(4, [8], 3);
        Assert.That(() => network.Predict(new float[5], new float[3]), Throws.ArgumentException.With.Message.Contains("4 features").And.Message.Contains("5 were given"));
        Assert.That(() => network.Predict(new float[4], new float[2]), Throws.ArgumentException.With.Message.Contains("3 scores").And.Message.Contains("2 were given"));
    }

    static AffineScale Scale(int columns) => new(Networks.Values(columns, 8), [.. Networks.Values(columns, 9).Select(value => 1 + value / 2)]);
}
