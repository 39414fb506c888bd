using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Network;

/// <summary>A row with missing features scores as the row that has means in their place, with indicators behind it.</summary>
[TestFixture]
internal sealed class InputEncodingTests
{
    static readonly float[] s_means = [2, -1, 10_000, 0, 0.5f], s_scales = [0.5f, 2, 0.1f, 1, 0];

    /// <summary>The third feature has no indicator; the fourth is 0 or 1, and so isn't centred.</summary>
    static readonly InputEncoding s_encoding = new([2, -1, 10_000, 0.25f, 0.5f], [0, 1, 3]);

    static IEnumerable<float[]> Rows() => [[1, 2, 9_999, 1, 7], [float.NaN, 2, 9_999, 1, 7], [float.NaN, float.NaN, float.NaN, float.NaN, float.NaN], [1, 2, float.NaN, 1, 7], [1, 2, 10_003, float.NaN, 7]];

    static FeedForwardNetwork Network(bool standardized, int outputs = 3) => Networks.Create(5, [17, 9], outputs, "Tanh", NetworkTask.Regression, standardized ? new AffineScale(s_means, s_scales) : AffineScale.None, encoding: s_encoding);

    /// <summary>The row as it should reach a network that knows nothing of missing values.</summary>
    static float[] Encoded(float[] row) => [.. row.Select((value, i) => float.IsNaN(value) ? s_encoding.Fills[i] : value), .. s_encoding.Indicators.Select(i => float.IsNaN(row[i]) ? 1f : 0f)];

    [Test]
    public void A_missing_feature_scores_as_its_mean_with_its_indicator([ValueSource(nameof(Rows))] float[] row, [Values] bool standardized, [Values] SimdLevel level)
    {
        FeedForwardNetwork network = Network(standardized);
        AffineScale wider = standardized ? new([.. s_means, 0, 0, 0], [.. s_scales, 1, 1, 1]) : AffineScale.None;
        FeedForwardNetwork plain = Networks.Create(8, [17, 9], 3, "Tanh", NetworkTask.Regression, wider);
        double[] expected = Networks.Logits(plain, Encoded(row), Math.Tanh);
        var scores = new float[3];
        new NetworkScorer(network, level: level).Score(row, scores);
        // 8, 17 and 9 products a sum, of numbers up to 2, or 2e4 where nothing is standardized and tanh cuts the sum off at 1: n · u · Σ |x w| below 1e-5.
        for (int i = 0; i < scores.Length; i++)
            Assert.That(scores[i], Is.EqualTo(expected[i]).Within(1e-5));
    }

    [Test]
    public void A_row_scores_the_same_bits_alone_and_after_a_row_with_other_missing_features([Values] bool standardized)
    {
        FeedForwardNetwork network = Network(standardized);
        float[][] rows = [.. Rows()];
        var together = new float[rows.Length * 3];
        new NetworkScorer(network, capacity: 2).Score(rows.SelectMany(row => row).ToArray(), rows.Length, together);
        for (int row = 0; row < rows.Length; row++)
        {
            var alone = new float[3];
            new NetworkScorer(network).Score(rows[row], alone);
            Assert.That(together[(3 * row)..(3 * row + 3)], Is.EqualTo(alone), $"row {row}");
        }
    }

    [TestCase(float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity)]
    public void An_infinite_feature_scores_NaN_beside_missing_ones_too(float infinity)
    {
        var scores = new float[3];
        Network(true).Predict([float.NaN, infinity, 0, 0, 0], scores);
        Assert.That(scores, Is.All.NaN);
        Network(true).Predict([0, infinity, 0, 0, 0], scores);
        Assert.That(scores, Is.All.NaN);
    }

    [Test]
    public void A_network_says_what_its_inputs_are()
    {
        FeedForwardNetwork network = Network(true);
        Assert.That((network.Inputs, network.DenseLayers[0].Inputs, network.FillsMissingValues), Is.EqualTo((5, 8, true)));
        Assert.That(network.MissingIndicators, Is.EqualTo(new[] { 0, 1, 3 }));
        FeedForwardNetwork plain = Networks.Create(5, [4], 1);
        Assert.That((plain.Inputs, plain.DenseLayers[0].Inputs, plain.FillsMissingValues, plain.MissingIndicators.Count), Is.EqualTo((5, 5, false, 0)));
    }

    [Test]
    public void Scoring_rows_with_missing_features_allocates_nothing()
    {
        var scorer = new NetworkScorer(Network(true));
        float[] row = [float.NaN, 2, 9_999, float.NaN, 7], scores = new float[3];
        scorer.Score(row, scores);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            scorer.Score(row, scores);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
