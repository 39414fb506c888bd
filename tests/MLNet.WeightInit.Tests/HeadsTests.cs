using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Several labels of kinds of their own in one Fit, through MLContext.</summary>
[TestFixture]
public sealed class HeadsTests
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
    public void A_key_a_Boolean_and_a_Single_are_learnt_by_one_network_and_measured_by_ML_NETs_own_metrics()
    {
        NeuralNetOptions options = Options("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value));
        (options.NumberOfEpochs, options.LearningRate) = (80, 0.01f);
        var model = _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, 300));
        IDataView scored = model.Transform(Samples.View(_context, Samples.Rows(200, seed: 4)));
        MulticlassClassificationMetrics classes = _context.MulticlassClassification.Evaluate(scored, "Label", "Label.Score", "Label.PredictedLabel");
        CalibratedBinaryClassificationMetrics flag = _context.BinaryClassification.Evaluate(scored, "Flag", "Flag.Score", "Flag.Probability", "Flag.PredictedLabel");
        RegressionMetrics value = _context.Regression.Evaluate(scored, "Value", "Value.Score");
        Assert.That(classes.MicroAccuracy, Is.GreaterThan(0.9));
        Assert.That(classes.LogLoss, Is.LessThan(0.4));
        Assert.That(flag.Accuracy, Is.GreaterThan(0.9));
        Assert.That(flag.LogLoss, Is.LessThan(0.5), "in bits");
        Assert.That(value.RSquared, Is.GreaterThan(0.95));
        Assert.That(model.Model.Network.Outputs, Is.EqualTo(5), "3 classes, a yes or no and a value");
        Assert.That(((NeuralNetHeadsTransformer)model).Model.LabelColumnNames, Is.EqualTo(new[] { "Label", "Flag", "Value" }));
        Assert.That(scored.Schema.Select(column => column.Name), Has.None.Contains(","), "no trace of how labels were read");
    }

    [Test]
    public void Predicted_keys_have_the_labels_values_also_in_an_engine_of_a_loaded_model()
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Options("Label", nameof(SampleRow.Value));
        (options.NumberOfEpochs, options.LearningRate) = (60, 0.01f);
        ITransformer model = _context.Transforms.NeuralNet(options).Append(_context.Transforms.Conversion.MapKeyToValue("Text", "Label.PredictedLabel")).Fit(data);
        var other = new MLContext();
        ITransformer loaded = ModelZip.Load(other, ModelZip.Save(_context, model, data.Schema));
        Assert.That(_context.WeightInit.ReportOf(loaded), Is.Not.Null);
        using var engine = other.Model.CreatePredictionEngine<SampleRowWithKey, Prediction>(loaded);
        Prediction prediction = engine.Predict(new SampleRowWithKey { Features = [0, 3, 0] });
        Assert.That(prediction.Text, Is.EqualTo("b"));
        Assert.That(prediction.Probabilities, Has.Length.EqualTo(3));
        Assert.That(prediction.Probabilities[1], Is.EqualTo(prediction.Probabilities.Max()));
        Assert.That(prediction.Value, Is.EqualTo(-6 + 7).Within(1.5), "3 a − 2 b + ½ c + 7");
    }

    /// <summary>Same network, same steps: a head alone gives what its task gives.</summary>
    [TestCase("Label", "Score", "PredictedLabel")]
    [TestCase("Flag", "Score", "Probability", "PredictedLabel")]
    [TestCase("Value", "Score")]
    [TestCase("Values", "Score")]
    [TestCase("Flags", "Score", "Probability", "PredictedLabel")]
    public void One_head_gives_the_columns_of_its_task(string label, params string[] columns)
    {
        IDataView data = Samples.View(_context);
        IDataView alone = _context.Transforms.NeuralNet(Samples.Quick(label)).Fit(data).Transform(data), head = _context.Transforms.NeuralNet(Options(label)).Fit(data).Transform(data);
        foreach (string column in columns)
        {
            Assert.That(SchemaComparison.Cells(head, $"{label}.{column}"), Is.EqualTo(SchemaComparison.Cells(alone, column)), column);
            Assert.That(head.Schema[$"{label}.{column}"].Type, Is.EqualTo(alone.Schema[column].Type), column);
        }
    }

    [Test]
    public void Each_head_may_have_a_loss_and_a_weight_of_its_own()
    {
        IDataView data = Samples.View(_context);
        IDataView Score(params NeuralNetHead[] heads) => _context.Transforms.NeuralNet(Options(heads)).Fit(data).Transform(data);
        IDataView ranged = Score("Label", new NeuralNetHead("Value") { Loss = LossFunction.Quantiles(0.1, 0.5, 0.9) });
        Assert.That(_context.Regression.EvaluateQuantiles(ranged, "Value", "Value.Score").CrossedRows, Is.Zero);
        Assert.That(ranged.GetColumn<float>("Value.Median"), Is.EqualTo(ranged.GetColumn<float[]>("Value.Score").Select(scores => scores[1])));
        Assert.That(Score("Label", new NeuralNetHead("Weight") { Loss = "Poisson" }).GetColumn<float>("Weight.Score"), Is.All.GreaterThan(0));
        Assert.That(SchemaComparison.Cells(Score("Label", new NeuralNetHead("Value") { LossWeight = 10 }), "Value.Score"), Is.Not.EqualTo(SchemaComparison.Cells(Score("Label", "Value"), "Value.Score")));
        Assert.That(SchemaComparison.Cells(Score("Label", new NeuralNetHead("Value") { Loss = new OwnSquare() }), "Value.Score"), Has.Length.EqualTo(200));
    }

    [Test]
    public void A_row_that_lacks_one_label_is_skipped_with_a_warning_or_an_error_that_names_it()
    {
        List<SampleRow> good = Samples.Rows(60), mixed = Samples.Rows(60);
        mixed.Insert(10, new SampleRow { Features = [1, 2, 3], Category = null, Value = 1e6f });
        mixed.Insert(20, new SampleRow { Features = [1, 2, 3], Category = "a", Value = float.NaN });
        IDataView Score(List<SampleRow> rows) => _context.Transforms.NeuralNet(Options("Label", "Value")).Fit(Samples.View(_context, rows)).Transform(Samples.View(_context, good));
        Assert.That(SchemaComparison.Cells(Score(mixed), "Value.Score"), Is.EqualTo(SchemaComparison.Cells(Score(good), "Value.Score")));
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 2 of 62 training rows: 2 without a label in column 'Label, Value'"));
        NeuralNetOptions strict = Options("Label", "Value");
        strict.MissingValues = MissingValues.Throw;
        Assert.That(() => _context.Transforms.NeuralNet(strict).Fit(Samples.View(_context, mixed)),
            Throws.InvalidOperationException.With.Message.Contains("has no label in row 10 of the training data, slot 0 ('Label')"));
    }

    [Test]
    public void A_row_with_missing_features_scores_NaN_and_predicts_nothing()
    {
        List<SampleRow> rows = Samples.Rows(3);
        rows[1].Features[0] = float.NaN;
        IDataView scored = _context.Transforms.NeuralNet(Options("Label", "Value", "Flag")).Fit(Samples.View(_context)).Transform(Samples.View(_context, rows));
        Assert.That(scored.GetColumn<float>("Value.Score").Select(float.IsNaN), Is.EqualTo(new[] { false, true, false }));
        Assert.That(scored.GetColumn<float[]>("Label.Score").ElementAt(1), Is.All.NaN);
        Assert.That(scored.GetColumn<uint>("Label.PredictedLabel").ElementAt(1), Is.Zero, "a missing key");
        Assert.That(scored.GetColumn<float>("Flag.Probability").ElementAt(1), Is.NaN);
        Assert.That(scored.GetColumn<bool>("Flag.PredictedLabel").ElementAt(1), Is.False);
    }

    [Test]
    public void Validation_data_must_mean_the_same_in_every_head()
    {
        IDataView data = Samples.View(_context);
        var estimator = _context.Transforms.NeuralNet(Options("Value", "Label"));
        Assert.That(estimator.Fit(data, data).Model.History.Epochs.Select(epoch => epoch.ValidationLoss), Is.All.Not.Null);
        List<SampleRow> reversed = Samples.Rows();
        reversed.Reverse();                                    // keys are numbered in the order in which values come
        Assert.That(() => estimator.Fit(data, Samples.View(_context, reversed)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Column 'Label' must mean the same in both sets"));
        Assert.That(() => estimator.Fit(data, Samples.View(_context, Samples.Rows().Where(row => row.Category != "c"))), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("'Label' must be of the same type in the validation data"));
    }

    [Test]
    public void A_model_of_heads_learns_further_with_the_same_heads()
    {
        IDataView data = Samples.View(_context);
        var estimator = _context.Transforms.NeuralNet(Options("Label", "Value"));
        INeuralNetModel first = estimator.Fit(data).Model, second = estimator.Fit(data, first).Model;
        Assert.That(second.History.Epochs[^1].TrainingLoss, Is.LessThan(first.History.Epochs[^1].TrainingLoss));
        Assert.That(() => _context.Transforms.NeuralNet(Options("Value", "Label")).Fit(data, first), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("heads:"));
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick()).Fit(data, first), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => estimator.Fit(data, _context.Transforms.NeuralNet(Samples.Quick()).Fit(data).Model), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Reports_learning_rates_and_checkpoints_work_with_heads()
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Options("Label", "Value", "Flag");
        Assert.That(_context.WeightInit.Diagnose(data, options).Verdict, Is.EqualTo(Verdict.Healthy));
        Assert.That(_context.WeightInit.FindLearningRate(data, options, steps: 20).Points, Is.Not.Empty);
        string file = Path.Combine(Path.GetTempPath(), $"heads-{Guid.NewGuid():N}.checkpoint");
        try
        {
            string[] expected = SchemaComparison.Cells(_context.Transforms.NeuralNet(options).Fit(data).Transform(data), "Label.Score");
            (options.CheckpointPath, options.NumberOfEpochs) = (file, 2);
            _context.Transforms.NeuralNet(options).Fit(data);
            options.NumberOfEpochs = 5;
            Assert.That(SchemaComparison.Cells(_context.Transforms.NeuralNet(options).Fit(data).Transform(data), "Label.Score"), Is.EqualTo(expected));
            options.Heads = ["Label", new NeuralNetHead("Value") { LossWeight = 2 }, "Flag"];
            Assert.That(() => _context.Transforms.NeuralNet(options).Fit(data), Throws.InvalidOperationException.With.Message.Contains("2 × Squared"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void Label_smoothing_is_of_the_heads_with_classes()
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions smoothed = Options("Label", "Value"), values = Options("Value");
        smoothed.LabelSmoothing = values.LabelSmoothing = 0.1f;
        Assert.That(_context.Transforms.NeuralNet(smoothed).Fit(data).Model.Initialization.Loss, Does.Contain("SoftmaxCrossEntropy(label_smoothing=0.1)").And.Contain("'Value' Regression 1: 1 × Squared"));
        Assert.That(() => _context.Transforms.NeuralNet(values).Fit(data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("no head has any"));
    }

    [Test]
    public void Constant_labels_warn_and_negative_counts_are_refused()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows.ForEach(row => (row.Weight, row.Value) = (3, row.Value - 20));
        _context.Transforms.NeuralNet(Options("Label", "Weight")).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("Column 'Weight' has the same value in all 60 usable rows: there is nothing to learn but that value"));
        Assert.That(() => _context.Transforms.NeuralNet(Options("Label", new NeuralNetHead("Value") { Loss = "Poisson" })).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.Contains("labels must be at least 0"));
    }

    static IEnumerable<TestCaseData> WrongOptions()
    {
        yield return Case(options => options.Heads = [], "at least 1 head");
        yield return Case(options => options.Heads = [null!], "must not be null");
        yield return Case(options => options.Heads = [""], "must not be empty");
        yield return Case(options => options.Heads = ["Label", "Value", "Label"], "'Label' is named twice");
        yield return Case(options => options.Heads = [new NeuralNetHead("Label") { LossWeight = 0 }], "above 0 and finite");
        yield return Case(options => options.Heads = [new NeuralNetHead("Label") { LossWeight = float.NaN }], "above 0 and finite");
        yield return Case(options => options.Heads = [new NeuralNetHead("Label") { Loss = "Hubber" }], "Huber");
        yield return Case(options => options.Loss = "Huber", "NeuralNetHead.Loss");
        yield return Case(options => options.ClassWeights = ClassWeights.Balanced, "NeuralNetHead.ClassWeights");
        yield return Case(options => options.Metric = "Accuracy", "as Label:Loss: 'Label', 'Value', then ':', then Loss or a metric");
        yield return Case(options => options.Metric = "Labl:Accuracy", "no head 'Labl'. Before ':' the metric must name one of 'Label', 'Value'");
        yield return Case(options => options.Metric = "Label:Acuracy", "After 'Label:' must come Loss or a metric.");
        yield return Case(options => options.Metric = "Label:", "After 'Label:' must come Loss or a metric.");
        yield return Case(options => options.Heads = [new NeuralNetHead("Label") { Metric = "Acuracy" }], "Accuracy");

        static TestCaseData Case(Action<NeuralNetOptions> change, string message) => new TestCaseData(change, message).SetArgDisplayNames(message);
    }

    [TestCaseSource(nameof(WrongOptions))]
    public void A_wrong_option_is_an_error_before_any_data_is_read(Action<NeuralNetOptions> change, string message)
    {
        NeuralNetOptions options = Options("Label", "Value");
        change(options);
        Assert.That(() => _context.Transforms.NeuralNet(options), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));
    }

    [Test]
    public void Labels_and_losses_that_do_not_fit_are_refused_with_the_way_out()
    {
        IDataView data = Samples.View(_context);
        Assert.That(() => _context.Transforms.NeuralNet(Options("Label", "Category")).Fit(data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("MapValueToKey(\"Category\")"));
        Assert.That(() => _context.Transforms.NeuralNet(Options("Label", "Nowhere")).Fit(data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Nowhere"));
        Assert.That(() => _context.Transforms.NeuralNet(Options("Label", new NeuralNetHead("Flag") { Loss = "Huber" })).Fit(data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("does not fit binary classification"));
        Assert.That(() => _context.Transforms.NeuralNet(Options("Label", new NeuralNetHead("Values") { Loss = LossFunction.Quantiles(0.1, 0.9) })).Fit(data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Several quantiles of one value"));
        Assert.That(() => _context.MulticlassClassification.Trainers.NeuralNet(Options("Label", "Value")), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("mlContext.Transforms.NeuralNet(options)"));
    }

    [Test]
    public void Options_are_copied_heads_too()
    {
        var head = new NeuralNetHead("Value");
        var estimator = _context.Transforms.NeuralNet(Options("Label", head));
        head.Loss = "no such loss";
        Assert.That(() => estimator.Fit(Samples.View(_context)), Throws.Nothing);
    }

    static NeuralNetOptions Options(params NeuralNetHead[] heads)
    {
        NeuralNetOptions options = Samples.Quick("None");
        options.Heads = heads;
        return options;
    }

    sealed class OwnSquare : LossFunction
    {
        public override string Name => "OwnSquare";

        public override double Evaluate(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient)
        {
            double residual = (double)outputs[0] - targets[0];
            gradient[0] = (float)(2 * residual);
            return residual * residual;
        }
    }

    sealed class SampleRowWithKey
    {
        [VectorType(SampleRow.FeatureCount)]
        public float[] Features { get; set; } = [];
        public string? Category { get; set; }

        [KeyType(3)]
        public uint Label { get; set; }
        public float Value { get; set; }
    }

    sealed class Prediction
    {
        public string Text { get; set; } = "";

        [ColumnName("Label.Score")]
        public float[] Probabilities { get; set; } = [];

        [ColumnName("Value.Score")]
        public float Value { get; set; }
    }
}
