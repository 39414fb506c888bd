using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>A label that is the feature column makes an autoencoder.</summary>
[TestFixture]
public sealed class AutoencoderTests
{
    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    [Test]
    public void A_label_that_is_the_feature_column_gives_reconstruction_embedding_and_error()
    {
        IDataView data = Blends(400);
        var transformer = (NeuralNetAutoencoderTransformer)_context.Transforms.NeuralNet(Options(epochs: 300)).Fit(data);
        IDataView scored = transformer.Transform(data);
        Assert.That(scored.Schema["Score"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, BlendRow.FeatureCount)));
        Assert.That(scored.Schema["Embedding"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 2)));
        Assert.That(scored.Schema["ReconstructionError"].Type, Is.EqualTo(NumberDataViewType.Single));
        Assert.That((transformer.Model.EmbeddingLayer, transformer.Model.EmbeddingSize, transformer.Model.HasTiedWeights), Is.EqualTo((1, 2, false)));

        // Two factors make six features, in units of 1 to 1,000: two values are enough for all but the noise, whose variance is a hundredth.
        MultiOutputRegressionMetrics metrics = _context.Regression.EvaluateMultiOutput(scored, "Features");
        Assert.That(metrics.Outputs.Select(output => output.RSquared), Is.All.GreaterThan(0.95));
        // R² of a column is 1 − its mean squared difference in deviations, so the errors' mean is the mean of 1 − R².
        double mean = scored.GetColumn<float>("ReconstructionError").Average(error => (double)error);
        Assert.That(mean, Is.EqualTo(1 - metrics.Outputs.Average(output => output.RSquared)).Within(1e-4), "differences of features of 1e3 with 2⁻²⁴ of them each");
        Assert.That(_log.Warnings, Is.Empty);
    }

    [Test]
    public void A_prediction_engine_and_a_loaded_model_give_the_columns_of_the_transformed_data()
    {
        IDataView data = Blends(60);
        ITransformer model = _context.Transforms.NeuralNet(Options(epochs: 5)).Fit(data);
        var context = new MLContext();
        ITransformer loaded = ModelZip.Load(context, ModelZip.Save(_context, model, data.Schema));
        Assert.That(((NeuralNetAutoencoderTransformer)loaded).Model.EmbeddingLayer, Is.EqualTo(1));
        using var engine = context.Model.CreatePredictionEngine<BlendRow, Reconstructed>(loaded);
        IDataView scored = model.Transform(data);
        Reconstructed[] expected = [.. _context.Data.CreateEnumerable<Reconstructed>(scored, reuseRowObject: false)];
        BlendRow[] rows = [.. _context.Data.CreateEnumerable<BlendRow>(data, reuseRowObject: false)];
        for (int row = 0; row < rows.Length; row++)
        {
            Reconstructed found = engine.Predict(rows[row]);
            Assert.That((found.Score, found.Embedding, found.ReconstructionError), Is.EqualTo((expected[row].Score, expected[row].Embedding, expected[row].ReconstructionError)), $"row {row}");
        }
    }

    [Test]
    public void Rows_that_do_not_fit_in_have_larger_errors_than_those_that_do()
    {
        ITransformer model = _context.Transforms.NeuralNet(Options(epochs: 300)).Fit(Blends(400));
        BlendRow[] odd = [.. _context.Data.CreateEnumerable<BlendRow>(Blends(100, seed: 9), reuseRowObject: false)];
        foreach (BlendRow row in odd)
            (row.Features[0], row.Features[2]) = (row.Features[2] / 100, row.Features[0] * 100);      // each value as usual, but not together
        float[] normal = [.. model.Transform(Blends(100, seed: 8)).GetColumn<float>("ReconstructionError")], strange = [.. model.Transform(_context.Data.LoadFromEnumerable(odd)).GetColumn<float>("ReconstructionError")];
        double above = strange.Average(error => normal.Average(other => error > other ? 1.0 : 0));
        Assert.That(above, Is.GreaterThan(0.9), "the area under the ROC curve");
    }

    [Test]
    public void The_embedding_is_the_features_of_a_later_step_in_the_same_pipeline()
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Features), epochs: 200);
        (options.HiddenLayers, options.Activation, options.LearningRate) = ([8, 2, 8], "Tanh", 0.01f);
        var pipeline = _context.Transforms.NeuralNet(options).Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Embedding"));
        Assert.That(_context.MulticlassClassification.Evaluate(pipeline.Fit(data).Transform(data)).MicroAccuracy, Is.GreaterThan(0.8));
    }

    [Test]
    public void Names_of_the_features_are_those_of_the_reconstruction_and_survive_saving()
    {
        var pipeline = _context.Transforms.Concatenate("Named", nameof(SampleRow.Value), nameof(SampleRow.Weight)).Append(_context.Transforms.NeuralNet("Named", "Named", hiddenLayers: [1], numberOfEpochs: 2));
        IDataView data = Samples.View(_context);
        ITransformer loaded = ModelZip.Load(new MLContext(), ModelZip.Save(_context, pipeline.Fit(data), data.Schema));
        DataViewSchema schema = loaded.GetOutputSchema(data.Schema);
        VBuffer<ReadOnlyMemory<char>> names = default;
        schema["Score"].GetSlotNames(ref names);
        Assert.That(names.DenseValues().Select(name => name.ToString()), Is.EqualTo(new[] { "Value", "Weight" }));
        Assert.That(schema["Embedding"].HasSlotNames(), Is.False);
    }

    [Test]
    public void A_row_with_a_missing_feature_is_skipped_in_training_and_has_NaN_in_all_columns()
    {
        BlendRow[] rows = [.. _context.Data.CreateEnumerable<BlendRow>(Blends(60), reuseRowObject: false)];
        rows[7].Features[3] = float.NaN;
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        IDataView scored = _context.Transforms.NeuralNet(Options(epochs: 2)).Fit(data).Transform(data);
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 1 of 60 training rows: 1 with NaN or infinite values in column 'Features'"));
        Assert.That(scored.GetColumn<float[]>("Score").ElementAt(7), Is.All.NaN);
        Assert.That(scored.GetColumn<float[]>("Embedding").ElementAt(7), Is.All.NaN);
        Assert.That(scored.GetColumn<float>("ReconstructionError").Select(float.IsNaN), Is.EqualTo(rows.Select((_, row) => row == 7)));

        NeuralNetOptions strict = Options(epochs: 2);
        strict.MissingValues = MissingValues.Throw;
        Assert.That(() => _context.Transforms.NeuralNet(strict).Fit(data), Throws.InvalidOperationException.With.Message.Contains("Column 'Features' has NaN in row 7 of the training data, slot 3"));
    }

    [Test]
    public void A_constant_feature_is_named_reconstructed_as_it_is_and_does_not_count()
    {
        BlendRow[] rows = [.. _context.Data.CreateEnumerable<BlendRow>(Blends(60), reuseRowObject: false)];
        foreach (BlendRow row in rows)
            row.Features[4] = 5;
        ITransformer model = _context.Transforms.NeuralNet(Options(epochs: 2)).Fit(_context.Data.LoadFromEnumerable(rows));
        float[] errors = [.. model.Transform(_context.Data.LoadFromEnumerable(rows)).GetColumn<float>("ReconstructionError")];
        foreach (BlendRow row in rows)
            row.Features[4] = 1e6f;
        IDataView scored = model.Transform(_context.Data.LoadFromEnumerable(rows));
        Assert.That(scored.GetColumn<float[]>("Score").Select(score => score[4]), Is.All.EqualTo(5));
        Assert.That(scored.GetColumn<float>("ReconstructionError"), Is.EqualTo(errors));
        Assert.That(_log.Warnings, Has.One.Contains("Column 'Features' has the same value in all 60 usable rows in slot 4:"));
    }

    [Test]
    public void Features_that_are_all_constant_are_reconstructed_without_an_error()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 30).Select(_ => new BlendRow { Features = [1, 2, 3, 4, 5, 6] }));
        IDataView scored = _context.Transforms.NeuralNet(Options(epochs: 2)).Fit(data).Transform(data);
        Assert.That(scored.GetColumn<float[]>("Score"), Is.All.EqualTo(new[] { 1, 2, 3, 4, 5, 6 }));
        Assert.That(scored.GetColumn<float>("ReconstructionError"), Is.All.Zero);
        Assert.That(_log.Warnings, Has.One.Contains("has the same values in all 30 usable rows"));
    }

    [Test]
    public void A_bottleneck_that_can_copy_the_features_is_warned_of()
    {
        _context.Transforms.NeuralNet("Features", "Features", numberOfEpochs: 1).Fit(Blends(30));
        Assert.That(_log.Warnings, Has.One.Contains("has 64 for 6. Set HiddenLayers, for example to 3, 1, 3"));
    }

    [Test]
    public void Zeros_and_ones_are_no_mistake_where_they_are_features()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Samples.Rows(60).Select(row => new BlendRow { Features = [row.Flags[0] ? 1 : 0, row.Flags[1] ? 1 : 0, row.Flags[2] ? 1 : 0, row.Flags[3] ? 1 : 0, row.Flags[0] ? 0 : 1, 0] }));
        _context.Transforms.NeuralNet(Options(epochs: 1)).Fit(data);
        Assert.That(_log.Warnings, Has.None.Contains("holds only 0 and 1"));
    }

    [Test]
    public void Sparse_features_are_read_and_scored_as_dense_ones()
    {
        IDataView dense = Blends(60);
        var schema = SchemaDefinition.Create(typeof(SparseRow));
        schema[nameof(SparseRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, BlendRow.FeatureCount);
        SparseRow[] rows = [.. dense.GetColumn<float[]>("Features").Select((features, row) => new SparseRow
        {
            Features = row % 2 == 0 ? new VBuffer<float>(features.Length, features) : new VBuffer<float>(features.Length, features.Length, features, [.. Enumerable.Range(0, features.Length)]),
        })];
        IDataView sparse = _context.Data.LoadFromEnumerable(rows, schema);
        var estimator = _context.Transforms.NeuralNet(Options(epochs: 2));
        IDataView expected = estimator.Fit(dense).Transform(dense), found = estimator.Fit(sparse).Transform(sparse);
        foreach (string column in (string[])["Score", "Embedding", "ReconstructionError"])
            Assert.That(SchemaComparison.Cells(found, column), Is.EqualTo(SchemaComparison.Cells(expected, column)), column);
    }

    [Test]
    public void Validation_early_stopping_weights_a_metric_and_a_checkpoint_work_as_for_every_task()
    {
        IDataView data = _context.Transforms.CopyColumns("Weight", nameof(BlendRow.Importance)).Fit(Blends(300)).Transform(Blends(300));
        NeuralNetOptions options = Options(epochs: 200);
        (options.ExampleWeightColumnName, options.Metric, options.Patience, options.ValidationFraction) = ("Weight", "RMSE", 3, 0.2f);
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        options.CheckpointPath = file;
        try
        {
            INeuralNetModel model = _context.Transforms.NeuralNet(options).Fit(data).Model;
            Assert.That(model.History.Epochs.Select(epoch => epoch.ValidationMetric), Is.All.Not.Null);
            Assert.That(model.History.Epochs[^1].ValidationLoss, Is.LessThan(model.History.Epochs[0].ValidationLoss!.Value));
            Assert.That(File.Exists(file));
            options.CheckpointPath = null;
            Assert.That(_context.Transforms.NeuralNet(options).Fit(data).Model.History.Epochs, Is.EqualTo(model.History.Epochs));
        }
        finally
        {
            File.Delete(file);
        }
        INeuralNetModel validated = _context.Transforms.NeuralNet(Options(epochs: 3)).Fit(data, Blends(50, seed: 4)).Model;
        Assert.That(validated.History.Epochs.Select(epoch => epoch.ValidationLoss), Is.All.Not.Null);
    }

    [Test]
    public void Training_goes_on_from_an_autoencoder_and_from_no_other_model()
    {
        IDataView data = Blends(200);
        var estimator = _context.Transforms.NeuralNet(Options(epochs: 20));
        INeuralNetModel first = estimator.Fit(data).Model, second = estimator.Fit(data, first).Model;
        Assert.That(second.History.Epochs[^1].TrainingLoss, Is.LessThan(first.History.Epochs[^1].TrainingLoss));
        IDataView copied = _context.Transforms.CopyColumns("Copy", "Features").Fit(data).Transform(data);
        NeuralNetOptions several = Options(epochs: 1);
        several.LabelColumnName = "Copy";
        INeuralNetModel other = _context.Transforms.NeuralNet(several).Fit(copied).Model;
        Assert.That(() => estimator.Fit(copied, other), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(nameof(NeuralNetAutoencoderModelParameters)).And.Message.Contains(nameof(NeuralNetMultiOutputModelParameters)));

        NeuralNetOptions tied = Options(epochs: 1);
        tied.TiedWeights = true;
        Assert.That(() => _context.Transforms.NeuralNet(tied).Fit(data, first), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("tied weights: no in the model, yes asked for"));
    }

    [Test]
    public void Another_column_with_the_same_values_is_several_values_and_gives_the_same_network()
    {
        IDataView data = _context.Transforms.CopyColumns("Copy", "Features").Fit(Blends(100)).Transform(Blends(100));
        NeuralNetOptions several = Options(epochs: 5);
        several.LabelColumnName = "Copy";
        var expected = _context.Transforms.NeuralNet(several).Fit(data);
        Assert.That(expected, Is.TypeOf<NeuralNetMultiOutputTransformer>());
        var found = _context.Transforms.NeuralNet(Options(epochs: 5)).Fit(data);
        Assert.That(SchemaComparison.Cells(found.Transform(data), "Score"), Is.EqualTo(SchemaComparison.Cells(expected.Transform(data), "Score")));
    }

    [Test]
    public void Tied_weights_are_in_the_model_after_loading_and_in_its_report()
    {
        IDataView data = Blends(100);
        NeuralNetOptions options = Options(epochs: 5);
        options.TiedWeights = true;
        ITransformer model = _context.Transforms.NeuralNet(options).Fit(data);
        var loaded = (NeuralNetAutoencoderTransformer)ModelZip.Load(new MLContext(), ModelZip.Save(_context, model, data.Schema));
        Assert.That(loaded.Model.HasTiedWeights);
        Assert.That(loaded.Model.Initialization.ToString(), Does.Contain("transpose(of=hidden[0].weights)").And.Contain("The transpose of hidden[0].weights"));
        Assert.That(SchemaComparison.Cells(loaded.Transform(data), "ReconstructionError"), Is.EqualTo(SchemaComparison.Cells(model.Transform(data), "ReconstructionError")));
    }

    /// <summary>One unit for what goes in and what comes out, weights or not, streamed or not: else a tied decoder could not give what its encoder took in.</summary>
    [Test]
    public void Weights_do_not_reach_the_scale_of_a_reconstruction([Values] bool streamed)
    {
        var random = new RandomSource(3, "weights");
        BlendRow[] rows = [.. _context.Data.CreateEnumerable<BlendRow>(Blends(400), reuseRowObject: false)];
        foreach (BlendRow row in rows)
            row.Importance = row.Features[0] > 3 ? 6 : 0.3f;
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        NeuralNetOptions options = Options(epochs: 2);
        (options.ExampleWeightColumnName, options.Streaming) = (nameof(BlendRow.Importance), streamed);
        if (streamed)
            options.MemoryLimit = 200 * 4 * (BlendRow.FeatureCount + 2);
        var model = (NeuralNetAutoencoderTransformer)_context.Transforms.NeuralNet(options).Fit(data);
        float[] scale = model.Model.Network.FeatureScale.Scales, target = model.Model.Network.TargetScale.Scales;
        Assert.That(scale.Zip(target, (input, output) => input * output), Is.All.EqualTo(1).Within(1e-5f), "a few roundings of a Single");
        // By their definition, of rows that count once each; all train, since the epochs are given.
        for (int slot = 0; slot < BlendRow.FeatureCount; slot++)
        {
            double mean = rows.Average(row => (double)row.Features[slot]), deviation = Math.Sqrt(rows.Average(row => Math.Pow(row.Features[slot] - mean, 2)));
            Assert.That(target[slot], Is.EqualTo(deviation).Within(1e-3).Percent, $"slot {slot}");
        }
    }

    [Test]
    public void Features_are_held_once()
    {
        var rows = new RowBuffer("Features", featureCount: 2, targetColumns: 0, weighted: true, expectedRows: null, RowMemory.DefaultLimit);
        for (int row = 0; row < 600; row++)
            Assert.That(rows.TryAdd(new VBuffer<float>(2, [row, -row]), [], weight: row + 1));
        TrainingSet set = rows.ToTrainingSet()!;
        Assert.That(set.Targets, Is.SameAs(set.Features));
        Assert.That((set.Rows, set.TargetColumns, set.Row(599)[1], set.WeightOf(599)), Is.EqualTo((600, 2, -599f, 600.0)));
    }

    static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Case(options => options.HiddenLayers = [], "An autoencoder needs at least 1 hidden layer", "column 'Features'");
        yield return Case(options => (options.TiedWeights, options.LabelColumnName) = (true, "Label"), "Tied weights need an autoencoder", "the label is 'Label'");
        yield return Case(options => (options.TiedWeights, options.HiddenLayers) = (true, [8, 2, 6]), "hidden[0] has 8 units, and its mirror image hidden[2] has 6");
        yield return Case(options => (options.TiedWeights, options.HiddenLayers) = (true, [8, 2]), "An even number of hidden layers (2)");
        yield return Case(options => (options.TiedWeights, options.Residual, options.HiddenLayers) = (true, new ResidualBlocks(1), [4, 4, 4]), "Leave Residual null");
        yield return Case(options => options.MissingValues = MissingValues.MeanWithIndicator, "a missing one gives nothing to reconstruct", "ReplaceMissingValues(\"Features\")");
        yield return Case(options => (options.TiedWeights, options.WeightNormalization) = (true, true), "Set one of WeightNormalization and TiedWeights to false");
        yield return Case(options => (options.TiedWeights, options.OutputInit) = (true, "zeros"), "Leave OutputInit null");

        static TestCaseData Case(Action<NeuralNetOptions> change, params string[] parts) => new TestCaseData(change, parts).SetArgDisplayNames(parts[0]);
    }

    [TestCaseSource(nameof(Mistakes))]
    public void An_option_that_does_not_fit_is_an_error_before_rows_are_read(Action<NeuralNetOptions> change, string[] parts)
    {
        NeuralNetOptions options = Options(epochs: 1);
        change(options);
        ArgumentOutOfRangeException thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.NeuralNet(options))!;
        foreach (string part in parts)
            Assert.That(thrown.Message, Does.Contain(part));
    }

    [Test]
    public void Counts_below_zero_are_refused_where_the_loss_is_of_counts()
    {
        NeuralNetOptions options = Options(epochs: 1);
        options.Loss = "Poisson";
        BlendRow[] rows = [.. Enumerable.Range(0, 30).Select(row => new BlendRow { Features = [row, 1, row % 3, 4, row % 5, 6] })];
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(_context.Data.LoadFromEnumerable(rows)), Throws.Nothing);
        rows[3].Features[2] = -1;
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(_context.Data.LoadFromEnumerable(rows)),
            Throws.InvalidOperationException.With.Message.Contains("Column 'Features' has the label -1 in row 3").And.Message.Contains("Poisson"));
    }

    [Test]
    public void A_feature_column_of_unknown_size_is_an_error_that_says_how_to_state_one()
    {
        IDataView data = _context.Data.LoadFromEnumerable(new[] { new UnsizedRow { Features = [1, 2] } });
        Assert.That(() => _context.Transforms.NeuralNet(Options(epochs: 1)).Fit(data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("[VectorType(3)]"));
    }

    static NeuralNetOptions Options(int epochs) => new()
    {
        LabelColumnName = "Features",
        HiddenLayers = [8, 2, 8],
        Activation = "Tanh",
        NumberOfEpochs = epochs,
        LearningRate = 0.01f,
        NumberOfThreads = 1,
    };

    /// <summary>Six features that two factors make, with a tenth of noise, in units of 1, 10, 100 and so on.</summary>
    IDataView Blends(int count, long seed = 5)
    {
        var random = new RandomSource(seed, "blends");
        var factors = new float[2 * count];
        var noise = new float[BlendRow.FeatureCount * count];
        random.FillNormal(factors, 1);
        random.FillNormal(noise, 0.1f);
        return _context.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(row =>
        {
            float a = factors[2 * row], b = factors[2 * row + 1];
            float[] features = [a, b, a + b, a - b, a + b / 2, b - a / 2];
            float[] units = [1, 10, 100, 1, 10, 1000];
            return new BlendRow { Features = [.. features.Select((feature, i) => (feature + noise[row * BlendRow.FeatureCount + i]) * units[i] + 3)], Importance = 1 + row % 2 };
        }).ToArray());
    }

    sealed class BlendRow
    {
        public const int FeatureCount = 6;

        [VectorType(FeatureCount)]
        public float[] Features { get; set; } = [];

        public float Importance { get; set; } = 1;
    }

    sealed class SparseRow
    {
        public VBuffer<float> Features { get; set; }
    }

    sealed class UnsizedRow
    {
        public float[] Features { get; set; } = [];
    }

    sealed class Reconstructed
    {
        public float[] Score { get; set; } = [];
        public float[] Embedding { get; set; } = [];
        public float ReconstructionError { get; set; }
    }
}
