using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>ONNX Runtime computes what the model computes.</summary>
[TestFixture]
public sealed class OnnxTests
{
    static readonly MLContext s_context = new(seed: 1);

    /// <summary>The engine's own list, so that a new activation can't be forgotten here; and those with arguments.</summary>
    static readonly string[] s_specifications = [.. Activations.All, "LeakyReLU(slope=0.2)", "ELU(alpha=0.7)"];

    [TestCaseSource(nameof(s_specifications))]
    public void Every_activation_gives_the_same_value_in_ONNX_Runtime(string activation)
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 2);
        options.Activation = activation;
        options.HiddenLayers = [8, 6];
        AssertSameScores(s_context.Regression.Trainers.NeuralNet(options), ["Score"]);
    }

    [TestCase(9)]
    [TestCase(10)]
    [TestCase(11)]
    [TestCase(12)]
    public void Every_operator_set_that_ML_NET_writes_works(int operatorSet)
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 2);
        options.Activation = "HardTanh"; // Clip changed its form at operator set 11
        AssertSameScores(s_context.Regression.Trainers.NeuralNet(options), ["Score"], operatorSet);
    }

    [Test]
    public void A_multiclass_model_exports_probabilities_and_predicted_label()
        => AssertSameScores(s_context.MulticlassClassification.Trainers.NeuralNet(Samples.Quick()), ["Score", "PredictedLabel"]);

    [Test]
    public void A_binary_model_exports_score_probability_and_predicted_label()
        => AssertSameScores(s_context.BinaryClassification.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Flag))), ["Score", "Probability", "PredictedLabel"]);

    [Test]
    public void A_model_of_several_values_exports_all_of_them()
        => AssertSameScores(s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Values))), ["Score"]);

    [TestCase(9, false, true)]
    [TestCase(12, true, true)]
    [TestCase(12, true, false)]
    public void An_autoencoder_exports_reconstruction_embedding_and_error(int operatorSet, bool tied, bool standardize)
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Features), epochs: 30);
        options.HiddenLayers = [8, 2, 8];
        options.Activation = "GELU";
        options.TiedWeights = tied;
        options.Standardize = standardize;
        List<SampleRow> rows = Samples.Rows();
        rows.ForEach(row => row.Features[1] = 5);              // constant: doesn't count in the error
        AssertSameScores(s_context.Transforms.NeuralNet(options), ["Embedding", "ReconstructionError"], operatorSet, rows);
        AssertSameScores(s_context.Transforms.NeuralNet(options), ["Score"], operatorSet);
    }

    [TestCase(9)]
    [TestCase(12)]
    public void A_model_of_several_labels_exports_scores_probabilities_and_predicted_labels(int operatorSet)
        => AssertSameScores(s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Flags), epochs: 30)), ["Score", "Probability", "PredictedLabel"], operatorSet);

    /// <summary>Of features far from any that were trained on, too: the order is the graph's, not the weights'.</summary>
    [TestCase(9, 0.1, 0.5, 0.9)]
    [TestCase(12, 0.05, 0.25, 0.5, 0.75, 0.95)]
    [TestCase(11, 0.2, 0.4)]
    [TestCase(12, 0.7)]
    public void A_model_of_several_quantiles_exports_them_and_they_never_cross(int operatorSet, params double[] levels)
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 30);
        options.Loss = LossFunction.Quantiles(levels);
        var estimator = s_context.Transforms.NeuralNet(options);
        AssertSameScores(estimator, levels.Contains(0.5) ? ["Score", "Median"] : ["Score"], operatorSet);

        ITransformer model = estimator.Fit(Samples.View(s_context));
        IDataView features = s_context.Data.LoadFromEnumerable(Samples.Rows().Select(row => new FeatureRow { Features = row.Features }));
        using var onnx = new MemoryStream();
        s_context.Model.ConvertToOnnx(model, features, operatorSet, onnx);
        using var session = new InferenceSession(onnx.ToArray());
        var random = new RandomSource(5, "far");
        var row = new float[SampleRow.FeatureCount];
        for (int i = 0; i < 300; i++)
        {
            random.FillNormal(row, i % 2 == 0 ? 1 : 1e3f);
            Assert.That(Run(session, row, "Score"), Is.Ordered);
        }
    }

    [TestCase(9)]
    [TestCase(12)]
    public void A_model_of_several_heads_exports_all_of_their_columns(int operatorSet)
    {
        NeuralNetOptions options = Samples.Quick(epochs: 20);
        options.Heads = [nameof(SampleRow.Values), "Label", nameof(SampleRow.Flag), new NeuralNetHead(nameof(SampleRow.Value)) { Loss = LossFunction.Quantiles(0.1, 0.5, 0.9) }, nameof(SampleRow.Flags), new NeuralNetHead(nameof(SampleRow.Weight)) { Loss = "Poisson" }];
        AssertSameScores(s_context.Transforms.NeuralNet(options), ["Values.Score", "Label.Score", "Label.PredictedLabel", "Flag.Score", "Flag.Probability", "Flag.PredictedLabel", "Value.Score", "Value.Median",
            "Flags.Score", "Flags.Probability", "Flags.PredictedLabel", "Weight.Score"], operatorSet);
    }

    [Test]
    public void A_model_without_standardization_exports_too()
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.Standardize = false;
        AssertSameScores(s_context.Transforms.NeuralNet(options), ["Score"]);
    }

    [TestCase("Poisson")]
    [TestCase("Quantile(level=0.9)")]
    public void A_model_of_counts_or_of_a_quantile_exports_its_score(string loss)
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.Loss = loss;
        List<SampleRow> rows = Samples.Rows();
        foreach (SampleRow row in rows)
            row.Value = Math.Abs(row.Value);
        AssertSameScores(s_context.Regression.Trainers.NeuralNet(options), ["Score"], rows: rows);
    }

    [Test]
    public void Features_far_from_zero_keep_their_digits()
    {
        // Mean / deviation of 2e4: folding the mean into the bias would cost four of the seven digits.
        List<SampleRow> rows = Samples.Rows();
        foreach (SampleRow row in rows)
            row.Features[0] += 10_000;
        AssertSameScores(s_context.Regression.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Value))), ["Score"], rows: rows);
    }

    [Test]
    public void A_one_versus_all_model_exports()
    {
        var binary = s_context.BinaryClassification.Trainers.NeuralNet(Samples.Quick());
        AssertSameScores(s_context.MulticlassClassification.Trainers.OneVersusAll(binary), ["Score", "PredictedLabel"]);
    }

    [Test]
    public void A_chain_exports_with_what_stands_before_and_after_the_network()
    {
        NeuralNetOptions options = Samples.Quick(epochs: 30);
        options.FeatureColumnName = "Scaled";
        options.LearningRate = 0.01f;
        IDataView data = Samples.View(s_context);
        ITransformer model = s_context.Transforms.NormalizeMinMax("Scaled", "Features").Append(s_context.Transforms.NeuralNet(options))
            .Append(s_context.Transforms.Conversion.MapKeyToValue("Text", "PredictedLabel")).Fit(data);
        IDataView features = s_context.Data.LoadFromEnumerable(Samples.Rows().Select(row => new FeatureRow { Features = row.Features }));
        using var onnx = new MemoryStream();
        s_context.Model.ConvertToOnnx(model, features, onnx);
        using var session = new InferenceSession(onnx.ToArray());
        IDataView scored = model.Transform(features);
        AssertSameColumn(scored, session, "Score");
        string[] expected = [.. scored.GetColumn<ReadOnlyMemory<char>>("Text").Select(text => text.ToString())];
        Assert.That(expected.Distinct(), Is.EquivalentTo(new[] { "a", "b", "c" }));
        for (int i = 0; i < expected.Length; i++)
        {
            var input = new DenseTensor<float>(Samples.Rows()[i].Features, [1, SampleRow.FeatureCount]);
            using var results = session.Run([NamedOnnxValue.CreateFromTensor("Features", input)], ["Text.output"]);
            Assert.That(results.Single().AsEnumerable<string>().Single(), Is.EqualTo(expected[i]), $"row {i}");
        }
    }

    /// <summary>Key 0, the missing one, as the library has it, and not the first class.</summary>
    [Test]
    public void A_row_that_can_not_be_scored_has_no_class([Values(9, 12)] int operatorSet)
    {
        List<SampleRow> rows = Samples.Rows();
        rows[3].Features[1] = float.NaN;
        rows[5].Features[0] = float.NegativeInfinity;
        IDataView data = Samples.View(s_context, rows), features = s_context.Data.LoadFromEnumerable(rows.Select(row => new FeatureRow { Features = row.Features }));
        ITransformer model = s_context.Transforms.NeuralNet(Samples.Quick()).Fit(data);
        using var onnx = new MemoryStream();
        s_context.Model.ConvertToOnnx(model, features, operatorSet, onnx);
        using var session = new InferenceSession(onnx.ToArray());
        float[] expected = [.. model.Transform(features).GetColumn<uint>("PredictedLabel").Select(key => (float)key)];
        Assert.That((expected[3], expected[5]), Is.EqualTo((0f, 0f)));
        Assert.That(rows.Select(row => Run(session, row.Features, "PredictedLabel").Single()), Is.EqualTo(expected));
    }

    internal static void AssertSameScores(IEstimator<ITransformer> estimator, string[] columns, int operatorSet = 12, List<SampleRow>? rows = null)
    {
        IDataView data = Samples.View(s_context, rows ?? Samples.Rows());
        ITransformer model = estimator.Fit(data);
        IDataView features = s_context.Data.LoadFromEnumerable((rows ?? Samples.Rows()).Select(row => new FeatureRow { Features = row.Features }));
        using var onnx = new MemoryStream();
        s_context.Model.ConvertToOnnx(model, features, operatorSet, onnx);
        using var session = new InferenceSession(onnx.ToArray());
        IDataView scored = model.Transform(features);
        foreach (string column in columns)
            AssertSameColumn(scored, session, column);
    }

    static void AssertSameColumn(IDataView scored, InferenceSession session, string column)
    {
        float[][] expected = [.. Numbers(scored, column)];
        float[][] inputs = [.. scored.GetColumn<float[]>("Features")];
        // Half a dozen roundings a layer, each 6e-8 of the largest term: 1e-5 leaves a factor of about ten.
        double[] means = [.. expected[0].Select((_, j) => expected.Average(row => row[j]))];
        double[] deviations = [.. means.Select((mean, j) => Math.Sqrt(expected.Average(row => (row[j] - mean) * (row[j] - mean))))];
        for (int i = 0; i < inputs.Length; i++)
        {
            float[] found = Run(session, inputs[i], column);
            Assert.That(found, Has.Length.EqualTo(expected[i].Length), column);
            for (int j = 0; j < found.Length; j++)
                Assert.That(found[j], Is.EqualTo(expected[i][j]).Within(Math.Max(1e-5 * Math.Abs(expected[i][j]), 1e-5 * deviations[j])), $"{column}, row {i}, slot {j}");
        }
    }

    static float[] Run(InferenceSession session, float[] row, string column)
    {
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("Features", new DenseTensor<float>(row, [1, row.Length]))], [column + ".output"]);
        DisposableNamedOnnxValue value = results.Single();
        return value.Value switch
        {
            Tensor<float> numbers => [.. numbers],
            Tensor<uint> keys => [.. keys.Select(key => (float)key)],
            Tensor<bool> flags => [.. flags.Select(flag => flag ? 1f : 0f)],
            var other => throw new NotSupportedException(other?.GetType().ToString()),
        };
    }

    static IEnumerable<float[]> Numbers(IDataView view, string column) => view.Schema[column].Type switch
    {
        VectorDataViewType { ItemType: BooleanDataViewType } => view.GetColumn<bool[]>(column).Select(flags => Array.ConvertAll(flags, flag => flag ? 1f : 0f)),
        VectorDataViewType => view.GetColumn<float[]>(column),
        BooleanDataViewType => view.GetColumn<bool>(column).Select(flag => new[] { flag ? 1f : 0f }),
        KeyDataViewType => view.GetColumn<uint>(column).Select(key => new[] { Convert.ToSingle(key, CultureInfo.InvariantCulture) }),
        _ => view.GetColumn<float>(column).Select(number => new[] { number }),
    };

    sealed class FeatureRow
    {
        [VectorType(SampleRow.FeatureCount)]
        public float[] Features { get; set; } = [];
    }
}
