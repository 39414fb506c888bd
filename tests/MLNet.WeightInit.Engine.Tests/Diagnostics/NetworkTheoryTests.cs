using System.Reflection;
using System.Text.Json.Nodes;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>The report's theory of networks that the trainer itself initialized, and its JSON.</summary>
public class NetworkTheoryTests
{
    static readonly TrainingSet s_rows = NormalRows(128, 64);

    /// <summary>By the c-map; chance in 256 units moves 1 − c by some 1/√256 a layer of what a layer takes from it, in all by less than a fifth of 1 − c over ten layers.</summary>
    [TestCase("ReLU", "he", 10)]
    [TestCase("Tanh", "glorot", 10)]
    [TestCase("GELU", "he", 10)]
    [TestCase("Sigmoid", "glorot", 5)]
    [TestCase("SELU", "lecun", 10)]
    public void The_likeness_of_rows_is_predicted_from_the_rows(string activation, string init, int depth)
    {
        NetworkTheory theory = Report(activation, init, depth, 256).Theory!;
        using (Assert.EnterMultipleScope())
            foreach (LayerTheory layer in theory.Layers.SkipLast(1))                // four units are ruled by chance
                Assert.That(1 - layer.Similarity, Is.EqualTo(1 - layer.PredictedSimilarity).Within(0.2 * (1 - layer.PredictedSimilarity)), layer.Layer);
    }

    /// <summary>Rows that all point the same way start at a cosine of 0.8 for ‖common‖² = 4 ‖own‖²: the prediction starts from them and not from independent rows.</summary>
    [Test]
    public void Prediction_starts_from_the_rows_own_angles()
    {
        TrainingSet data = NormalRows(128, 64, common: 2);
        TrainingOptions options = Options("ReLU", "he", 3, 256) with { Standardize = false };
        NetworkTheory theory = NetworkTrainer.Train(data, options).Initialization.Theory!;
        Assert.That(theory.Layers[0].PredictedSimilarity, Is.EqualTo(0.8).Within(0.03));
        Assert.That(theory.Layers[2].Similarity, Is.EqualTo(theory.Layers[2].PredictedSimilarity).Within(0.03));
    }

    [Test]
    public void Batch_normalization_makes_rows_as_unlike_as_their_number_allows()
    {
        NetworkTheory theory = NetworkTrainer.Train(s_rows, Options("ReLU", "he", 4, 128) with { Normalization = Normalization.Batch }).Initialization.Theory!;
        // The rows' mean is 0: all pairs together make up for the rows themselves.
        Assert.That(theory.Layers[3].PredictedSimilarity, Is.EqualTo(-1.0 / 127).Within(1e-3));
        Assert.That(theory.Layers[3].Similarity, Is.EqualTo(-1.0 / 127).Within(0.01));
        Assert.That(theory.FixedPoint, Is.EqualTo(1).Within(1e-3));
        Assert.That(theory.GradientGrowth, Is.EqualTo(Math.PI / (Math.PI - 1)).Within(0.25), "ReLU under batch normalization: Yang et al. 2019, eq. 3");
    }

    [Test]
    public void Layer_normalization_keeps_the_variance_and_the_map_of_rows()
    {
        NetworkTheory theory = NetworkTrainer.Train(s_rows, Options("Tanh", "glorot", 6, 256) with { Normalization = Normalization.Layer }).Initialization.Theory!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(theory.FixedPoint, Is.EqualTo(1).Within(1e-3));
            // tanh at unit variance: E φ′² / E φ² = 0.464403 / 0.394294.
            Assert.That(theory.GradientGrowth, Is.EqualTo(0.464403 / 0.394294).Within(1e-3));
            foreach (LayerTheory layer in theory.Layers.SkipLast(1))                // four units are ruled by chance
                Assert.That(layer.Similarity, Is.EqualTo(layer.PredictedSimilarity).Within(0.03), layer.Layer);
        }
    }

    [Test]
    public void Residual_blocks_add_covariances()
    {
        var blocks = new ResidualBlocks(2);
        TrainingOptions options = Options("ReLU", "he", 0, 128) with { HiddenLayers = blocks.Layers(5, 128), Residual = blocks };
        NetworkTheory theory = NetworkTrainer.Train(s_rows, options).Initialization.Theory!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(theory.FixedPoint, Is.NaN, "no block is like another");
            Assert.That(theory.GradientGrowth, Is.GreaterThan(1).And.LessThan(2));
            foreach (LayerTheory layer in theory.Layers.SkipLast(1))                // four units are ruled by chance
                Assert.That(1 - layer.Similarity, Is.EqualTo(1 - layer.PredictedSimilarity).Within(0.25 * (1 - layer.PredictedSimilarity)), layer.Layer);
        }
    }

    [Test]
    public void A_network_without_hidden_layers_has_a_row_for_its_output()
    {
        NetworkTheory theory = Report("ReLU", "he", 0, 1).Theory!;
        Assert.That(theory.Layers, Has.Count.EqualTo(1));
        Assert.That((theory.GradientGrowth, theory.DepthShare, theory.EffectiveRank, theory.DepthBudget), Is.EqualTo((double.NaN, double.NaN, double.NaN, 0.0)));
    }

    [Test]
    public void Depth_budget_is_the_larger_of_depth_and_width()
    {
        // Glorot's ReLU: χ₁ = ½, ξ = 1 / ln 2, 12 layers of 6 · 1.44 allowed; measured variances are within 1 %.
        NetworkTheory glorot = Report("ReLU", "glorot", 12, 256).Theory!, he = Report("ReLU", "he", 12, 256).Theory!;
        Assert.That(glorot.DepthBudget, Is.EqualTo(12 * Math.Log(2) / 6).Within(0.02));
        Assert.That(he.DepthBudget, Is.EqualTo(12.0 / 256).Within(0.01));
        Assert.That(he.InverseWidth, Is.EqualTo(12.0 / 256).Within(1e-6));
    }

    /// <summary>64 features at 128 rows: independent rows have rank 64 · 128 / (64 + 128) = 43 by Marchenko and Pastur, and deep layers less.</summary>
    [Test]
    public void Effective_rank_is_that_of_the_centred_rows()
    {
        Assert.That(Report("ReLU", "orthogonal", 1, 64).Theory!.EffectiveRank, Is.EqualTo(64.0 * 127 / (64 + 127)).Within(2));
        Assert.That(Report("ReLU", "he", 30, 64).Theory!.EffectiveRank, Is.InRange(1, 6));
    }

    /// <summary>The same slope to the power of a layer's number is beyond e from the tenth layer or so on, and not before the eighth; ReLU's is 1.</summary>
    [TestCase("GELU", true)]
    [TestCase("ReLU", false)]
    public void Signals_have_no_band_after_layers_that_nothing_holds(string activation, bool isLost)
    {
        LayerTheory[] layers = [.. Report(activation, "he", 16, 32).Theory!.Layers];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(layers[..8].Select(layer => layer.LowestDeviation), Is.All.Not.NaN);
            Assert.That(layers[14..].Select(layer => double.IsNaN(layer.LowestDeviation)), Is.All.EqualTo(isLost));
        }
    }

    /// <summary>GELU's slope under He's weights is 1.08 to 1.13 on the way down: ten layers are beyond ½ and three aren't (docs/diagnostics.md).</summary>
    [TestCase(3, true)]
    [TestCase(10, false)]
    public void Gradients_have_no_band_where_nothing_holds_the_scale(int depth, bool hasBands)
    {
        InitializationReport report = Report("GELU", "he", depth, 64);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Theory!.Layers.Take(depth).Select(layer => double.IsFinite(layer.LowestGradientNorm) && double.IsFinite(layer.HighestGradientNorm)), Is.All.EqualTo(hasBands));
            Assert.That(report.Theory.Layers.Select(layer => double.IsFinite(layer.LowestDeviation) && double.IsFinite(layer.HighestDeviation)), Is.All.True);
            Assert.That(InitializationReport.FromJson(report.ToJson()).Theory!.Layers, Is.EqualTo(report.Theory.Layers));
        }
    }

    [Test]
    public void Theory_reads_back_equal_and_may_be_missing()
    {
        InitializationReport report = Report("Tanh", "glorot", 3, 16), read = InitializationReport.FromJson(report.ToJson());
        using (Assert.EnterMultipleScope())
        {
            foreach (PropertyInfo property in typeof(NetworkTheory).GetProperties().Where(property => property.Name != nameof(NetworkTheory.Layers)))
                Assert.That(property.GetValue(read.Theory), Is.EqualTo(property.GetValue(report.Theory)), property.Name);
            Assert.That(read.Theory!.Layers, Is.EqualTo(report.Theory!.Layers));
            Assert.That(read.ToString(), Is.EqualTo(report.ToString()));
        }
        JsonObject before = JsonNode.Parse(report.ToJson())!.AsObject();
        before.Remove("theory");
        Assert.That(InitializationReport.FromJson(before.ToJsonString()).Theory, Is.Null, "reports of earlier releases have none");
        before["theory"] = 1;
        Assert.That(() => InitializationReport.FromJson(before.ToJsonString()), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void A_hundred_layers_stay_under_64_KB()
        => Assert.That(System.Text.Encoding.UTF8.GetByteCount(Report("Tanh", "edge_of_chaos", 100, 16).ToJson()), Is.LessThan(64 * 1024));

    /// <summary>Each width has reasons with numbers of its own; trained a little, so that the report has its early training, too.</summary>
    [TestCase("ReLU", "auto")]
    [TestCase("Tanh", "auto")]
    [TestCase("GELU", "auto")]
    public void A_hundred_layers_of_different_widths_stay_under_64_KB_and_keep_their_reasons(string activation, string init)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 4, [.. Enumerable.Range(0, 100).Select(layer => 300 - 2 * layer)], activation, init: init, batchSize: 64, epochs: 1);
        InitializationReport report = NetworkTrainer.Train(s_rows, options).Initialization;
        string json = report.ToJson();
        Assert.That(System.Text.Encoding.UTF8.GetByteCount(json), Is.LessThan(64 * 1024));
        InitializationReport read = InitializationReport.FromJson(json);
        Assert.That(read.Plan.Select(row => row.Reason), Is.EqualTo(report.Plan.Select(row => row.Reason)));
        Assert.That(read.ToJson(), Is.EqualTo(json));
        JsonObject damaged = JsonNode.Parse(json)!.AsObject();
        JsonArray reference = damaged["reasons"]!.AsArray().OfType<JsonArray>().First();
        foreach ((int place, JsonNode value) in ((int, JsonNode)[])[(0, 99_999), (0, -1), (1, 99_999), (1, -1), (2, 5)])
        {
            JsonNode kept = reference[place]!.DeepClone();
            reference[place] = value;
            Assert.That(() => InitializationReport.FromJson(damaged.ToJsonString()), Throws.TypeOf<InvalidDataException>());
            reference[place] = kept;
        }
        reference.RemoveAt(2);
        Assert.That(() => InitializationReport.FromJson(damaged.ToJsonString()), Throws.TypeOf<InvalidDataException>());
    }

    /// <summary>Twenty rows at right angles, whose 190 cosines are 0: groups follow the pairs' order, on any platform's sort.</summary>
    [Test]
    public void Of_equal_cosines_the_pair_that_comes_first_is_in_the_lower_group()
    {
        float[] rows = new float[20 * 20];
        for (int row = 0; row < 20; row++)
            rows[row * 20 + row] = 1 + row;
        byte[] groups = RowSimilarity.Of(rows, 20, 20, 20).PairGroups;
        Assert.That(groups, Is.Ordered.And.Length.EqualTo(190));
        Assert.That(groups[^1], Is.EqualTo(15));
    }

    [Test]
    public void Sparse_rows_are_as_alike_as_the_same_rows_dense()
    {
        float[] values = new float[32 * 40];
        var random = new RandomSource(3, "sparse");
        random.FillNormal(values, 1);
        for (int i = 0; i < values.Length; i++)
            values[i] = i % 3 == 0 ? values[i] : 0;
        var batch = new SparseBatch();
        for (int row = 0; row < 32; row++)
        {
            (int[] columns, float[] cells, int first) = batch.BeginRow(40);
            int count = 0;
            for (int column = 0; column < 40; column++)
                if (values[row * 40 + column] != 0)
                    (columns[first + count], cells[first + count++]) = (column, values[row * 40 + column]);
            batch.EndRow(first + count);
        }
        RowSimilarity sparse = RowSimilarity.Of(batch, 40), dense = RowSimilarity.Of(values, 32, 40, 40);
        Assert.That(sparse.Cosines, Is.EqualTo(dense.Cosines).Within(1e-12));
        Assert.That(sparse.LengthSpread, Is.EqualTo(dense.LengthSpread).Within(1e-12));
    }

    static InitializationReport Report(string activation, string init, int depth, int width) => NetworkTrainer.Train(s_rows, Options(activation, init, depth, width)).Initialization;

    static TrainingOptions Options(string activation, string init, int depth, int width)
        => Trainings.Options(NetworkTask.Multiclass, 4, [.. Enumerable.Repeat(width, depth)], activation, init: init, epochs: 0);

    static TrainingSet NormalRows(int rows, int features, float common = 0)
    {
        float[] values = new float[rows * features], shared = new float[features], labels = new float[rows];
        new RandomSource(1, "rows").FillNormal(values, 1);
        new RandomSource(2, "shared").FillNormal(shared, common);
        for (int i = 0; i < values.Length; i++)
            values[i] += shared[i % features];
        for (int row = 0; row < rows; row++)
            labels[row] = row % 4;
        return new TrainingSet(values, rows, features, labels, 1);
    }
}
