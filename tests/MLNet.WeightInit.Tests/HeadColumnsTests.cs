using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>The columns of each of several heads are made of that head's outputs, wherever it stands among them.</summary>
[TestFixture]
public sealed class HeadColumnsTests
{
    readonly MLContext _context = new(seed: 1);

    /// <summary>Rows with missing features too, of which nothing is predicted.</summary>
    static List<SampleRow> Rows()
    {
        List<SampleRow> rows = Samples.Rows(120, seed: 4);
        for (int i = 5; i < rows.Count; i += 20)
            rows[i].Features[1] = float.NaN;
        return rows;
    }

    [Test]
    public void Predictions_and_probabilities_follow_from_the_scores_of_their_own_head([Values] bool reversed)
    {
        NeuralNetHead[] heads = ["Label", "Values", "Flags", "Flag", new("Value") { Loss = LossFunction.Quantiles(0.1, 0.5, 0.9) }];
        NeuralNetOptions options = Samples.Quick("None", epochs: 15);
        options.LearningRate = 0.01f;
        options.Heads = reversed ? [.. heads.Reverse()] : heads;
        IDataView scored = _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)).Transform(Samples.View(_context, Rows()));

        float[][] classes = [.. scored.GetColumn<float[]>("Label.Score")], flags = [.. scored.GetColumn<float[]>("Flags.Score")], quantiles = [.. scored.GetColumn<float[]>("Value.Score")];
        float[] flag = [.. scored.GetColumn<float>("Flag.Score")];
        Assert.That(flags.SelectMany(scores => scores).Count(score => score > 0), Is.InRange(40, 420), "scores of both signs, or nothing would be compared");
        Assert.That(flag.Count(score => score > 0), Is.InRange(10, 110));
        Assert.That(scored.GetColumn<uint>("Label.PredictedLabel"), Is.EqualTo(classes.Select(scores => float.IsNaN(scores[0]) ? 0u : (uint)Array.IndexOf(scores, scores.Max()) + 1)));
        Assert.That(scored.GetColumn<bool[]>("Flags.PredictedLabel"), Is.EqualTo(flags.Select(scores => scores.Select(score => score > 0).ToArray())));
        Assert.That(scored.GetColumn<bool>("Flag.PredictedLabel"), Is.EqualTo(flag.Select(score => score > 0)));
        Assert.That(scored.GetColumn<float>("Value.Median"), Is.EqualTo(quantiles.Select(scores => scores[1])));
        // A probability below 1 and a few roundings of it.
        Assert.That(scored.GetColumn<float>("Flag.Probability"), Is.EqualTo(flag.Select(Logistic)).Within(4e-7));
        Assert.That(scored.GetColumn<float[]>("Flags.Probability").SelectMany(row => row), Is.EqualTo(flags.SelectMany(scores => scores).Select(Logistic)).Within(4e-7));

        static double Logistic(float score) => 1 / (1 + Math.Exp(-(double)score));
    }

    /// <summary>A source may deliver keys above the count of its column's type: they name no class, in a head as in a label alone.</summary>
    [Test]
    public void A_key_above_the_columns_count_is_no_label_in_a_head_either([Values] bool alone)
    {
        KeyedRow[] rows = [.. Samples.Rows(80).Select((row, i) => new KeyedRow { Features = row.Features, Label = i is 7 or 31 ? 3u : (uint)i % 3, Value = row.Value })];
        var log = new LogCapture(_context);
        NeuralNetOptions options = Samples.Quick();
        options.Heads = alone ? null : ["Value", "Label"];
        var model = _context.Transforms.NeuralNet(options).Fit(_context.Data.LoadFromEnumerable(rows));
        Assert.That(log.Warnings, Has.One.Contains("Skipped 2 of 80 training rows: 2 without a label"));
        KeyedRow[] good = [.. rows.Where(row => row.Label < 3)];
        var expected = _context.Transforms.NeuralNet(options).Fit(_context.Data.LoadFromEnumerable(good));
        Assert.That(model.Model.Network.DenseLayers.Select(layer => layer.GetWeights()), Is.EqualTo(expected.Model.Network.DenseLayers.Select(layer => layer.GetWeights())));
    }

    sealed class KeyedRow
    {
        [VectorType(SampleRow.FeatureCount)]
        public float[] Features { get; set; } = [];

        /// <summary>From 0, as ML.NET has keys in classes.</summary>
        [KeyType(3)]
        public uint Label { get; set; }

        public float Value { get; set; }
    }
}
