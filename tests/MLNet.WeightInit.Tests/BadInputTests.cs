using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Each gets one clear error, or the documented behaviour.</summary>
[TestFixture]
public sealed class BadInputTests
{
    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    static IEnumerable<TestCaseData> Options()
    {
        yield return Case(o => o.HiddenLayers = [16, 0], "HiddenLayers[1]", "at least 1 unit");
        yield return Case(o => o.HiddenLayers = [-1], "HiddenLayers[0]", "at least 1 unit");
        yield return Case(o => o.LearningRate = 0, "LearningRate", "above 0");
        yield return Case(o => o.LearningRate = float.NaN, "LearningRate", "above 0");
        yield return Case(o => o.LearningRate = -1, "LearningRate", "above 0");
        yield return Case(o => o.LearningRate = float.PositiveInfinity, "LearningRate", "finite");
        yield return Case(o => o.BatchSize = 0, "BatchSize", "at least 1 row");
        yield return Case(o => o.NumberOfEpochs = -1, "NumberOfEpochs", "at least 0");
        yield return Case(o => o.NumberOfThreads = 0, "NumberOfThreads", "at least 1 thread");
        yield return Case(o => o.WeightDecay = -0.1f, "WeightDecay", "at least 0");
        yield return Case(o => o.ValidationFraction = 1, "ValidationFraction", "below 1");
        yield return Case(o => o.Patience = 0, "Patience", "at least 1 epoch");
        yield return Case(o => o.Dropout = 1, "Dropout", "none would be left");
        yield return Case(o => o.Dropout = -0.1f, "Dropout", "at least 0");
        yield return Case(o => o.Dropout = float.NaN, "Dropout", "at least 0");
        yield return Case(o => o.DropoutKind = (DropoutKind)3, "DropoutKind", "Automatic, Standard or Alpha");
        yield return Case(o => o.DropoutKind = DropoutKind.Alpha, "DropoutKind", "SELU");
        yield return Case(o => o.Normalization = "batchh", "Normalization", "'layer' or 'batch'");
        yield return Case(o => (o.Normalization, o.BatchSize) = ("batch", 1), "BatchSize", "at least 2");
        yield return Case(o => (o.Normalization, o.HiddenLayers) = ("layer", [8, 2]), "HiddenLayers[1]", "at least 3");
        yield return Case(o => o.MinimumImprovement = -1, "MinimumImprovement", "at least 0");
        yield return Case(o => o.MinimumImprovement = double.NaN, "MinimumImprovement", "finite");
        yield return Case(o => o.MaximumSteps = 0, "MaximumSteps", "at least 1");
        yield return Case(o => o.MaximumDuration = TimeSpan.Zero, "MaximumDuration", "above 0");
        yield return Case(o => o.ProgressInterval = TimeSpan.Zero, "ProgressInterval", "above 0");
        yield return Case(o => o.Metric = "RSME", "specification", "RMSE");
        yield return Case(o => o.LabelColumnName = "", "LabelColumnName", "must not be empty");
        yield return Case(o => o.MissingValues = (MissingValues)7, "MissingValues", "Skip, Throw or MeanWithIndicator");
        yield return Case(o => o.Activation = "ReLUU", "specification", "ReLU");
        yield return Case(o => o.Optimizer = "Adm", "specification", "Adam");
        yield return Case(o => o.Schedule = "cosin", "specification", "Cosine");
        yield return Case(o => o.Schedule = "exponential(gamma=0)", "gamma", "0 at once");
        yield return Case(o => o.Schedule = "step(step_size=0)", "step_size", "at least 1");
        yield return Case(o => o.GradientClipping = "norm(0)", "max_norm", "above 0");
        yield return Case(o => o.GradientClipping = "length(1)", "specification", "Norm");
        yield return Case(o => o.L1Regularization = -1, "L1Regularization", "at least 0");
        yield return Case(o => o.L1Regularization = float.NaN, "L1Regularization", "at least 0");
        yield return Case(o => o.MaxNorm = 0, "MaxNorm", "above 0");
        yield return Case(o => o.MaxInitializerBytes = -1, "MaxInitializerBytes", "at least 0 bytes");
        yield return Case(o => o.EmaDecay = 1, "EmaDecay", "below 1");
        yield return Case(o => o.EmaDecay = 0, "EmaDecay", "above 0");
        yield return Case(o => o.Loss = "Squarred", "specification", "Squared");
        yield return Case(o => o.Init = "orthogonl", "Init", "orthogonal");

        static TestCaseData Case(Action<NeuralNetOptions> change, string parameter, string message) =>
            new TestCaseData(change, parameter, message).SetArgDisplayNames(parameter, message);
    }

    [Test]
    public void An_initializer_that_takes_more_memory_than_it_may_is_refused_with_the_bytes()
    {
        NeuralNetOptions options = Samples.Quick();
        (options.Init, options.MaxInitializerBytes) = ("orthogonal", 100);
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)),
            Throws.InvalidOperationException.With.Message.Contains("'orthogonal' needs").And.Message.Contains("MaxInitializerBytes is 100").And.Message.Contains("hidden[0].weights"));
    }

    [TestCaseSource(nameof(Options))]
    public void An_option_out_of_range_fails_when_the_estimator_is_created(Action<NeuralNetOptions> change, string parameter, string message)
    {
        NeuralNetOptions options = Samples.Quick();
        change(options);
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.NeuralNet(options))!;
        Assert.That(thrown.ParamName, Is.EqualTo(parameter));
        Assert.That(thrown.Message, Does.Contain(message).IgnoreCase);
    }

    [Test]
    public void A_loss_of_another_task_fails_with_those_that_fit()
    {
        NeuralNetOptions options = Samples.Quick();
        options.Loss = "SoftmaxCrossEntropy";
        Assert.That(() => _context.Regression.Trainers.NeuralNet(options),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Squared or Absolute or Huber"));
    }

    [Test]
    public void Changing_options_after_the_estimator_was_created_changes_nothing()
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 0);
        var layers = new List<int> { 4 };
        options.HiddenLayers = layers;
        var estimator = _context.Transforms.NeuralNet(options);
        layers[0] = 9;
        options.LabelColumnName = "gone";
        Assert.That(estimator.Fit(Samples.View(_context)).Model.Network.DenseLayers[0].Outputs, Is.EqualTo(4));
    }

    [Test]
    public void Columns_that_are_missing_or_of_the_wrong_type_are_named_in_the_words_of_ML_NET()
    {
        IDataView data = Samples.View(_context);
        AssertSchemaError(() => _context.Transforms.NeuralNet("Labl").Fit(data), "Could not find label column 'Labl'");
        AssertSchemaError(() => _context.Transforms.NeuralNet("Label", "Feature").Fit(data), "Could not find feature column 'Feature'");
        AssertSchemaError(() => _context.Transforms.NeuralNet("Label", exampleWeightColumnName: "W").Fit(data), "Could not find weight column 'W'");
        AssertSchemaError(() => _context.Transforms.NeuralNet("Label", nameof(SampleRow.Value)).Fit(data), "Schema mismatch for feature column 'Value': expected Vector<Single>, got Single");
        AssertSchemaError(() => _context.Transforms.NeuralNet(nameof(SampleRow.Category)).Fit(data), "MapValueToKey(\"Category\")");
        AssertSchemaError(() => _context.MulticlassClassification.Trainers.NeuralNet(nameof(SampleRow.Category)).Fit(data), "MapValueToKey(\"Category\")");
        AssertSchemaError(() => _context.BinaryClassification.Trainers.NeuralNet(nameof(SampleRow.Value)).Fit(data), "outputKind: DataKind.Boolean");
        AssertSchemaError(() => _context.Regression.Trainers.NeuralNet(nameof(SampleRow.Flag)).Fit(data), "Schema mismatch for label column 'Flag'");
        AssertSchemaError(() => _context.Regression.Trainers.NeuralNet("Features").Fit(data), "Several values at once are trained by mlContext.Transforms.NeuralNet(\"Features\")");
    }

    [Test]
    public void Features_of_variable_length_fail()
    {
        IDataView data = _context.Data.LoadFromEnumerable(new[] { new VariableRow { Features = [1, 2], Label = 1 }, new VariableRow { Features = [], Label = 2 } });
        AssertSchemaError(() => _context.Transforms.NeuralNet().Fit(data), "Schema mismatch for feature column 'Features'");
    }

    [TestCase(0)]
    [TestCase(1)]
    public void Fewer_than_two_rows_cannot_train(int count)
        => AssertDataError(Samples.Rows()[..count], nameof(SampleRow.Value), $"needs at least 2 rows, and the data has {count}");

    [TestCase("Label")]
    [TestCase(nameof(SampleRow.Flag))]
    public void One_class_cannot_train(string label)
        => AssertDataError([.. Samples.Rows().Where(row => row.Flag)], label, "at least 2 classes");

    [Test]
    public void A_constant_label_trains_as_regression()
    {
        List<SampleRow> rows = Samples.Rows(40);
        rows.ForEach(row => row.Value = 5);
        IDataView data = Samples.View(_context, rows);
        Assert.That(_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(data).Transform(data).GetColumn<float>("Score"), Is.All.EqualTo(5f).Within(1.5));
    }

    [Test]
    public void A_constant_feature_has_no_say()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows.ForEach(row => row.Features[1] = 4);
        ITransformer model = _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(Samples.View(_context, rows));
        float[] Score() => [.. model.Transform(Samples.View(_context, rows)).GetColumn<float>("Score")];
        float[] before = Score();
        rows.ForEach(row => row.Features[1] = 1000);
        Assert.That(Score(), Is.EqualTo(before).And.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void All_rows_bad_is_an_error_that_says_why()
    {
        List<SampleRow> rows = Samples.Rows(20);
        rows.ForEach(row => row.Features[1] = float.NaN);
        AssertDataError(rows, nameof(SampleRow.Value), "20 of 20 training rows are not: 20 with NaN or infinite values in column 'Features'");
    }

    [Test]
    public void Bad_rows_are_skipped_with_one_counted_warning()
    {
        List<SampleRow> rows = Samples.Rows(200);
        rows[3].Features[0] = float.NaN;
        rows[4].Features[2] = float.PositiveInfinity;
        rows[5].Value = float.NaN;
        rows[6].Weight = 0;
        rows[7].Weight = -1;
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.ExampleWeightColumnName = nameof(SampleRow.Weight);
        _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 5 of 200 training rows"));
        string warning = _log.Warnings.Single(text => text.Contains("Skipped", StringComparison.Ordinal));
        Assert.That(warning, Does.Contain("1 without a label").And.Contain("2 with NaN or infinite").And.Contain("2 whose weight").And.Not.Contain("slot"));
    }

    [Test]
    public void Weights_that_are_all_0_are_an_error_that_names_their_column([Values] bool streamed)
    {
        List<SampleRow> rows = Samples.Rows(20);
        rows.ForEach(row => row.Weight = 0);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        (options.ExampleWeightColumnName, options.Streaming) = (nameof(SampleRow.Weight), streamed);
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.Contains("20 of 20 training rows are not: 20 whose weight in column 'Weight' is not above 0 and finite"));
    }

    [Test]
    public void Skipped_rows_leave_no_trace_in_the_model()
    {
        List<SampleRow> good = Samples.Rows(60), mixed = Samples.Rows(60);
        mixed.Insert(10, new SampleRow { Features = [float.NaN, 0, 0], Value = 1e6f });
        float[] Score(List<SampleRow> rows) => [.. _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value)))
            .Fit(Samples.View(_context, rows)).Transform(Samples.View(_context, good)).GetColumn<float>("Score")];
        Assert.That(Score(mixed), Is.EqualTo(Score(good)));
    }

    [Test]
    public void Many_bad_rows_name_the_guiltiest_slots_by_their_names()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(i => new NamedRow
        {
            Age = i % 10 == 0 ? float.NaN : i,
            Income = i % 20 == 0 ? float.NaN : i,
            Label = i,
        }));
        var pipeline = _context.Transforms.Concatenate("Features", nameof(NamedRow.Age), nameof(NamedRow.Income)).Append(_context.Transforms.NeuralNet(Samples.Quick()));
        pipeline.Fit(data);
        Assert.That(_log.Warnings, Has.Some.Contains("Most often bad: slot 0 ('Age') in 10 rows, slot 1 ('Income') in 5 rows."));
    }

    [Test]
    public void Missing_values_are_an_error_with_row_and_slot_where_that_was_asked_for()
    {
        List<SampleRow> rows = Samples.Rows();
        rows[17].Features[2] = float.NaN;
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.MissingValues = MissingValues.Throw;
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.Contains("Column 'Features' has NaN in row 17 of the training data, slot 2"));
    }

    [Test]
    public void A_row_with_missing_features_scores_NaN()
    {
        ITransformer model = _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(Samples.View(_context));
        List<SampleRow> rows = Samples.Rows(3);
        rows[1].Features[0] = float.NaN;
        float[] scores = [.. model.Transform(Samples.View(_context, rows)).GetColumn<float>("Score")];
        Assert.That(scores.Select(float.IsNaN), Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public void Missing_key_labels_are_skipped()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows[5].Category = null;
        _context.Transforms.NeuralNet(Samples.Quick()).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 1 of 60 training rows: 1 without a label in column 'Label'"));
    }

    [Test]
    public void A_Single_label_of_zeros_and_ones_trains_as_regression_and_warns_with_the_conversion()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows.ForEach(row => row.Value = row.Flag ? 1 : 0);
        _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("ConvertType(\"Value\", outputKind: DataKind.Boolean)"));
    }

    [Test]
    public void Dense_rows_beyond_the_bound_fail_with_the_bytes()
    {
        // 800,000 rows × 999 features × 4 bytes are above 2 GiB, and are known before one is read.
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema[nameof(WideRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 999);
        var wide = new VBuffer<float>(999, 1, [1f], [5]);
        IDataView data = _context.Data.LoadFromEnumerable(Enumerable.Repeat(new WideRow { Features = wide, Label = 1 }, 800_000).ToArray(), schema);
        NeuralNetOptions options = Samples.Quick();
        options.Streaming = false;
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(data),
            Throws.InvalidOperationException.With.Message.Contains("3,196,800,000 bytes as dense values").And.Message.Contains("kept sparse"));
    }

    [Test]
    public void A_sparse_column_that_makes_a_network_too_wide_fails_with_the_number_of_weights()
    {
        var schema = SchemaDefinition.Create(typeof(WideRow));
        schema[nameof(WideRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1 << 28);
        var wide = new VBuffer<float>(1 << 28, 1, [1f], [5]);
        IDataView data = _context.Data.LoadFromEnumerable(Enumerable.Repeat(new WideRow { Features = wide, Label = 1 }, 3).ToArray(), schema);
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick()).Fit(data),
            Throws.InvalidOperationException.With.Message.Contains("268,435,456 features").And.Message.Contains("at most 500,000,000 weights"));
    }

    [Test]
    public void Validation_data_with_other_features_or_classes_fails()
    {
        IDataView data = Samples.View(_context);
        IDataView other = _context.Transforms.Concatenate("Features", "Features", nameof(SampleRow.Value)).Fit(data).Transform(data);
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick()).Fit(data, other),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("must have 3 features in the validation data"));
        IDataView fewer = Samples.View(_context, Samples.Rows().Where(row => row.Category != "c"));
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick()).Fit(data, fewer),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("must have the same classes"));
        IDataView none = Samples.View(_context, []);
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(data, none),
            Throws.InvalidOperationException.With.Message.Contains("validation data has no rows"));
    }

    [Test]
    public void An_initializer_that_throws_or_writes_NaN_is_named()
    {
        foreach (WeightInitializer broken in new WeightInitializer[] { new Broken(throws: true), new Broken(throws: false) })
        {
            NeuralNetOptions options = Samples.Quick();
            options.Init = broken;
            Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)), Throws.Exception.With.Message.Contains("broken"));
        }
    }

    void AssertDataError(IEnumerable<SampleRow> rows, string label, string message)
        => Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick(label)).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.Contains(message));

    static void AssertSchemaError(Action fit, string message)
        => Assert.That(fit, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));

    sealed class Broken(bool throws) : WeightInitializer
    {
        public override string Name => "broken";

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
        {
            if (throws)
                throw new InvalidCastException("broken on purpose");
            weights.Fill(float.NaN);
        }
    }

    sealed class VariableRow
    {
        public float[] Features { get; set; } = [];
        public float Label { get; set; }
    }

    sealed class NamedRow
    {
        public float Age { get; set; }
        public float Income { get; set; }
        public float Label { get; set; }
    }

    sealed class WideRow
    {
        public VBuffer<float> Features { get; set; }
        public float Label { get; set; }
    }
}
