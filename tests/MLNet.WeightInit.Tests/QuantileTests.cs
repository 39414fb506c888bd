using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Several quantiles of one label, through MLContext.</summary>
[TestFixture]
public sealed class QuantileTests
{
    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    /// <summary>dotnet/machinelearning issue 7603: a prediction with an interval, from one model, that holds the share of labels that it says.</summary>
    [Test]
    public void Issue_7603_one_network_predicts_a_median_and_an_interval_that_holds_what_it_says()
    {
        NeuralNetOptions options = Options(LossFunction.Quantiles(0.1, 0.5, 0.9), epochs: 60);
        options.LearningRate = 0.01f;
        var model = _context.Transforms.NeuralNet(options).Fit(_context.Data.LoadFromEnumerable(Noisy(2_000, seed: 1)));
        IDataView scored = model.Transform(_context.Data.LoadFromEnumerable(Noisy(2_000, seed: 2)));
        QuantileRegressionMetrics metrics = _context.Regression.EvaluateQuantiles(scored);
        Assert.That(metrics.Quantiles.Select(quantile => quantile.Level), Is.EqualTo(new[] { 0.1, 0.5, 0.9 }));
        foreach (QuantileMetrics quantile in metrics.Quantiles)
        {
            // Five standard errors of the held rows, and as much of the rows that were trained on.
            Assert.That(quantile.Coverage, Is.EqualTo(quantile.Level).Within(5 * Math.Sqrt(2 * quantile.Level * (1 - quantile.Level) / 2_000)), $"level {quantile.Level}");
        }
        Assert.That(metrics.IntervalCoverage, Is.EqualTo(0.8).Within(5 * Math.Sqrt(2 * 0.8 * 0.2 / 2_000)));
        Assert.That(metrics.CrossedRows, Is.Zero);

        using var engine = _context.Model.CreatePredictionEngine<NoisyRow, Interval>(model);
        Interval calm = engine.Predict(new NoisyRow { Features = [0.1f, 0] }), wild = engine.Predict(new NoisyRow { Features = [0.9f, 0] });
        Assert.That(wild.Score[2] - wild.Score[0], Is.GreaterThan(3 * (calm.Score[2] - calm.Score[0])), "the noise is nine times as large there");
        Assert.That(calm.Median, Is.EqualTo(calm.Score[1]));
    }

    [Test]
    public void The_median_is_a_score_for_ML_NETs_own_metrics_of_regression()
    {
        IDataView data = Samples.View(_context);
        IDataView scored = _context.Transforms.NeuralNet(Quick(LossFunction.Quantiles(0.1, 0.5, 0.9), epochs: 60)).Fit(data).Transform(data);
        RegressionMetrics metrics = _context.Regression.Evaluate(scored, nameof(SampleRow.Value), scoreColumnName: "Median");
        QuantileMetrics median = _context.Regression.EvaluateQuantiles(scored, nameof(SampleRow.Value)).Quantiles[1];
        Assert.That(2 * median.PinballLoss, Is.EqualTo(metrics.MeanAbsoluteError).Within(1e-6 * metrics.MeanAbsoluteError), "a sum of single-precision differences");
        Assert.That(_context.Transforms.NeuralNet(Quick(LossFunction.Quantiles(0.2, 0.8))).Fit(data).Transform(data).Schema.GetColumnOrNull("Median"), Is.Null);
    }

    [Test]
    public void Slots_are_named_by_their_levels_also_after_saving()
    {
        IDataView data = Samples.View(_context);
        var model = _context.Transforms.NeuralNet(Quick("quantiles(levels=0.05 0.5 0.999)")).Fit(data);
        ITransformer loaded = ModelZip.Load(new MLContext(), ModelZip.Save(_context, model, data.Schema));
        VBuffer<ReadOnlyMemory<char>> names = default;
        loaded.GetOutputSchema(data.Schema)["Score"].GetSlotNames(ref names);
        Assert.That(names.DenseValues().Select(name => name.ToString()), Is.EqualTo(new[] { "q0.05", "q0.5", "q0.999" }));
        Assert.That(((NeuralNetQuantileTransformer)loaded).Model.Levels, Is.EqualTo(new[] { 0.05, 0.5, 0.999 }));
        Assert.That(model.Model.Initialization.Loss, Is.EqualTo("Quantiles(levels=(0.05, 0.5, 0.999))"));
    }

    /// <summary>Four rows by hand: labels 0, 1, 2, 10; quantiles of levels 0.2 and 0.6.</summary>
    [Test]
    public void Metrics_match_their_definitions()
    {
        MetricRow[] rows = [Row(0, -1, 1), Row(1, 1, 2), Row(2, 3, 5), Row(10, 4, 6), Row(float.NaN, 0, 0)];
        QuantileRegressionMetrics metrics = _context.Regression.EvaluateQuantiles(_context.Data.LoadFromEnumerable(rows), levels: [0.2, 0.6]);
        Assert.That((metrics.Rows, metrics.SkippedRows, metrics.CrossedRows), Is.EqualTo((4L, 1L, 0L)));
        // Level 0.2: 0.2 · 1, 0, 0.8 · 1, 0.2 · 6; level 0.6: 0.4 · 1, 0.4 · 1, 0.4 · 3, 0.6 · 4.
        Assert.That(metrics.Quantiles[0].PinballLoss, Is.EqualTo((0.2 + 0 + 0.8 + 1.2) / 4).Within(1e-12));
        Assert.That(metrics.Quantiles[1].PinballLoss, Is.EqualTo((0.4 + 0.4 + 1.2 + 2.4) / 4).Within(1e-12));
        Assert.That(metrics.PinballLoss, Is.EqualTo((2.2 + 4.4) / 8).Within(1e-12));
        Assert.That(metrics.Quantiles.Select(quantile => quantile.Coverage), Is.EqualTo(new[] { 0.5, 0.75 }), "at or below: labels 1 and 2; all but 10");
        Assert.That(metrics.IntervalCoverage, Is.EqualTo(0.5), "labels 0 and 1");
        Assert.That(metrics.IntervalLevel, Is.EqualTo(0.4).Within(1e-12));
        Assert.That(metrics.IntervalWidth, Is.EqualTo((2 + 1 + 2 + 2) / 4.0));
        Assert.That(metrics.ToString(), Does.Contain("0.2").And.Contain("50.0").And.Contain("4 labels"));
        Assert.That(_context.Regression.EvaluateQuantiles(_context.Data.LoadFromEnumerable(new[] { Row(1, 3, 2), Row(1, 2, 2), Row(1, 0, 2) }), levels: [0.2, 0.6]).CrossedRows, Is.EqualTo(1), "equal ones don't cross");
        Assert.That(_context.Regression.EvaluateQuantiles(_context.Data.LoadFromEnumerable(new[] { Row(1, 1, 2), Row(2, 1, 2), Row(3, 1, 2) }), levels: [0.2, 0.6]).IntervalCoverage, Is.EqualTo(2 / 3.0), "both ends included");
    }

    [Test]
    public void A_score_that_is_not_a_number_makes_its_levels_figures_so()
    {
        QuantileRegressionMetrics metrics = _context.Regression.EvaluateQuantiles(_context.Data.LoadFromEnumerable(new[] { Row(1, 0, 2), Row(1, 0, float.NaN) }), levels: [0.2, 0.6]);
        Assert.That(metrics.Quantiles[0].Coverage, Is.Zero);
        Assert.That(new[] { metrics.Quantiles[1].Coverage, metrics.Quantiles[1].PinballLoss, metrics.IntervalCoverage, metrics.IntervalWidth }, Is.All.NaN);
    }

    [Test]
    public void Metrics_of_wrong_columns_or_levels_say_what_is_right()
    {
        IDataView data = _context.Data.LoadFromEnumerable(new[] { Row(1, 0, 2) });
        Assert.That(() => _context.Regression.EvaluateQuantiles(data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("are not named by them, as q0.9. Pass them"));
        Assert.That(() => _context.Regression.EvaluateQuantiles(data, levels: [0.5]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("one level for each of the 2 scores"));
        Assert.That(() => _context.Regression.EvaluateQuantiles(data, levels: [0.6, 0.2]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("ascending"));
        Assert.That(() => _context.Regression.EvaluateQuantiles(data, "Score", levels: [0.2, 0.6]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("must be of Single"));
        Assert.That(() => _context.Regression.EvaluateQuantiles(data, scoreColumnName: "Label"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("mlContext.Regression.Evaluate"));
        Assert.That(() => _context.Regression.EvaluateQuantiles(data, "Lable"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("has no column 'Lable'; it has 'Label', 'Score'"));
        Assert.That(() => _context.Regression.EvaluateQuantiles(_context.Data.LoadFromEnumerable(new[] { Row(float.NaN, 0, 1) }), levels: [0.2, 0.6]), Throws.InvalidOperationException);
    }

    [Test]
    public void Options_that_several_quantiles_cannot_have_are_refused_with_the_way_out()
    {
        Assert.That(() => _context.Regression.Trainers.NeuralNet(Quick(LossFunction.Quantiles(0.1, 0.9))),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("mlContext.Transforms.NeuralNet with a label of Single").And.Message.Contains("Quantile(level=0.9)"));
        NeuralNetOptions vector = Quick(LossFunction.Quantiles(0.1, 0.9)), key = Quick(LossFunction.Quantiles(0.1, 0.9)), weighted = Quick(LossFunction.Quantiles(0.1, 0.9)), metric = Quick(LossFunction.Quantiles(0.1, 0.9));
        vector.LabelColumnName = nameof(SampleRow.Values);
        key.LabelColumnName = "Label";
        weighted.ClassWeights = ClassWeights.Balanced;
        metric.Metric = "AUC";
        Assert.That(() => _context.Transforms.NeuralNet(vector).Fit(Samples.View(_context)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Several quantiles of one value"));
        Assert.That(() => _context.Transforms.NeuralNet(key).Fit(Samples.View(_context)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("does not fit multiclass"));
        Assert.That(() => _context.Transforms.NeuralNet(weighted).Fit(Samples.View(_context)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("regression of several quantiles has none"));
        Assert.That(() => _context.Transforms.NeuralNet(metric).Fit(Samples.View(_context)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("does not fit regression of several quantiles"));
        Assert.That(() => LossFunction.Quantiles(0.9, 0.1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("ascending order"));
        Assert.That(() => LossFunction.Quantiles(), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Zeros_and_ones_warn_and_missing_labels_are_skipped()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows.ForEach(row => row.Value = row.Flag ? 1 : 0);
        rows[5].Value = float.NaN;
        _context.Transforms.NeuralNet(Quick(LossFunction.Quantiles(0.1, 0.9))).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 1 of 60 training rows: 1 without a label in column 'Value'"));
        Assert.That(_log.Warnings, Has.One.Contains("outputKind: DataKind.Boolean"));
    }

    [Test]
    public void A_model_of_quantiles_learns_further_and_validates()
    {
        IDataView data = Samples.View(_context);
        var estimator = _context.Transforms.NeuralNet(Quick(LossFunction.Quantiles(0.1, 0.5, 0.9)));
        INeuralNetModel first = estimator.Fit(data).Model, second = estimator.Fit(data, first).Model;
        Assert.That(second.History.Epochs[^1].TrainingLoss, Is.LessThan(first.History.Epochs[^1].TrainingLoss));
        Assert.That(estimator.Fit(data, data).Model.History.Epochs.Select(epoch => epoch.ValidationLoss), Is.All.Not.Null);
        Assert.That(_context.WeightInit.Diagnose(data, Quick(LossFunction.Quantiles(0.1, 0.5, 0.9))).Verdict, Is.EqualTo(Verdict.Healthy));
    }

    static NeuralNetOptions Quick(LossFunction loss, int epochs = 5)
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs);
        options.Loss = loss;
        return options;
    }

    static NeuralNetOptions Options(LossFunction loss, int epochs)
    {
        NeuralNetOptions options = Samples.Quick(epochs: epochs);
        options.Loss = loss;
        return options;
    }

    /// <summary>A line, and noise whose spread grows with the first feature.</summary>
    static NoisyRow[] Noisy(int count, long seed)
    {
        var random = new RandomSource(seed, "noisy");
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float spread = random.NextSingle(), other = random.NextSingle();
            return new NoisyRow { Features = [spread, other], Label = 100 + 20 * other + 10 * spread * (2 * random.NextSingle() - 1) };
        })];
    }

    static MetricRow Row(float label, params float[] scores) => new() { Label = label, Score = scores };

    sealed class NoisyRow
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];
        public float Label { get; set; }
    }

    sealed class Interval
    {
        public float[] Score { get; set; } = [];
        public float Median { get; set; }
    }

    sealed class MetricRow
    {
        public float Label { get; set; }

        [VectorType(2)]
        public float[] Score { get; set; } = [];
    }
}
