using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Rows with missing features train and score where the options say so: the mean in their place, and an input that tells.</summary>
[TestFixture]
public sealed class MissingFeaturesTests
{
    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    static NeuralNetOptions Options(string label = "Label", int epochs = 5)
    {
        NeuralNetOptions options = Samples.Quick(label, epochs);
        options.MissingValues = MissingValues.MeanWithIndicator;
        return options;
    }

    /// <summary>The first feature is missing in every third row, the second in every fifth, the third never.</summary>
    static List<SampleRow> Rows(int count = 200)
    {
        List<SampleRow> rows = Samples.Rows(count);
        for (int i = 0; i < count; i++)
        {
            if (i % 3 == 1)
                rows[i].Features[0] = float.NaN;
            if (i % 5 == 0)
                rows[i].Features[1] = float.NaN;
        }
        return rows;
    }

    static IEnumerable<TestCaseData> Tasks()
    {
        foreach (string label in (string[])["Label", nameof(SampleRow.Flag), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags)])
            yield return new TestCaseData(label).SetArgDisplayNames(label);
    }

    [TestCaseSource(nameof(Tasks))]
    public void Every_row_trains_and_scores_whatever_the_task_and_after_a_load(string label)
    {
        IDataView data = Samples.View(_context, Rows());
        ITransformer model = _context.Transforms.NeuralNet(Options(label)).Fit(data);
        Assert.That(_log.Warnings, Has.None.Contains("Skipped"));
        float[] scores = Scores(model.Transform(data));
        Assert.That(scores, Has.None.NaN);
        using var stream = new MemoryStream();
        _context.Model.Save(model, data.Schema, stream);
        Assert.That(Scores(new MLContext().Model.Load(stream, out _).Transform(data)), Is.EqualTo(scores));
    }

    [Test]
    public void The_model_says_which_features_have_an_indicator_and_fills_the_others_too()
    {
        var model = _context.Transforms.NeuralNet(Options(nameof(SampleRow.Value))).Fit(Samples.View(_context, Rows()));
        Assert.That(model.Model.Network.MissingIndicators, Is.EqualTo(new[] { 0, 1 }));
        Assert.That(model.Model.Network.DenseLayers[0].Inputs, Is.EqualTo(5));
        List<SampleRow> rows = Samples.Rows(3);
        float mean = Rows().Average(row => row.Features[2]);
        rows[0].Features[2] = float.NaN;
        float[] scores = Scores(model.Transform(Samples.View(_context, rows)));
        rows[0].Features[2] = mean;
        // The mean of floats in another order may differ in its last bit: 1e-7 of a feature of weight 1 or so.
        Assert.That(Scores(model.Transform(Samples.View(_context, rows)))[0], Is.EqualTo(scores[0]).Within(1e-5));
    }

    [Test]
    public void Infinite_features_labels_and_weights_are_as_bad_as_ever()
    {
        List<SampleRow> rows = Rows();
        rows[3].Features[1] = float.PositiveInfinity;
        rows[4].Value = float.NaN;
        rows[5].Weight = -1;
        NeuralNetOptions options = Options(nameof(SampleRow.Value));
        options.ExampleWeightColumnName = nameof(SampleRow.Weight);
        var model = _context.Regression.Trainers.NeuralNet(options).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 3 of 200 training rows: 1 without a label in column 'Value', 1 with infinite values in column 'Features', 1 whose weight"));
        Assert.That(Scores(model.Transform(Samples.View(_context, rows))).Select(float.IsNaN), Is.EqualTo(Enumerable.Range(0, 200).Select(i => i == 3)));
    }

    [Test]
    public void What_infinite_features_need_is_not_what_missing_ones_need()
    {
        List<SampleRow> rows = Samples.Rows(20);
        rows.ForEach(row => row.Features[1] = float.NegativeInfinity);
        Assert.That(() => _context.Regression.Trainers.NeuralNet(Options(nameof(SampleRow.Value))).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.Contains("20 with infinite values in column 'Features'").And.Message.Contains("Clip them"));
        rows.ForEach(row => row.Features[1] = float.NaN);
        Assert.That(() => _context.Regression.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.Contains("set MissingValues to MeanWithIndicator"));
    }

    [Test]
    public void Sparse_rows_may_have_missing_values()
    {
        List<SampleRow> rows = Rows(60);
        var sparse = rows.Select((row, i) => new SparseRow { Value = row.Value, Features = new VBuffer<float>(200, 2, [i % 2 == 0 ? row.Features[0] : float.NaN, 1], [7, 100 + i % 3]) }).ToArray();
        IDataView data = _context.Data.LoadFromEnumerable(sparse);
        var model = _context.Transforms.NeuralNet(Options(nameof(SampleRow.Value))).Fit(data);
        Assert.That(model.Model.Network.MissingIndicators, Is.EqualTo(new[] { 7 }));
        Assert.That(Scores(model.Transform(data)), Has.None.NaN);
    }

    [Test]
    public void Validation_rows_and_folds_are_filled_by_the_means_of_the_training_rows()
    {
        IDataView train = Samples.View(_context, Rows()), validation = Samples.View(_context, Rows(60));
        var model = _context.Transforms.NeuralNet(Options(nameof(SampleRow.Value))).Fit(train, validation);
        Assert.That(model.Model.History.Epochs.Select(epoch => epoch.ValidationLoss), Has.All.Matches<double?>(loss => double.IsFinite(loss!.Value)));
        var folds = _context.Regression.CrossValidate(train, _context.Regression.Trainers.NeuralNet(Options(nameof(SampleRow.Value), epochs: 40)), 3, nameof(SampleRow.Value));
        Assert.That(folds.Select(fold => fold.Metrics.RSquared), Has.All.GreaterThan(0.3), "two of three weights act on values that are mostly there");
    }

    [Test]
    public void A_model_trains_further_and_permutation_importance_moves_values_with_their_gaps()
    {
        IDataView data = Samples.View(_context, Rows());
        var trainer = _context.Regression.Trainers.NeuralNet(Options(nameof(SampleRow.Value), epochs: 60));
        var model = trainer.Fit(data);
        var further = trainer.Fit(data, model.Model);
        Assert.That(further.Model.Network.MissingIndicators, Is.EqualTo(model.Model.Network.MissingIndicators));
        var importance = _context.Regression.PermutationFeatureImportance(further, data, nameof(SampleRow.Value), permutationCount: 3);
        Assert.That(importance, Has.Length.EqualTo(3));
        Assert.That(importance[0].RSquared!.Mean, Is.LessThan(importance[2].RSquared!.Mean).And.LessThan(-0.1), "its weight is six times as large");
    }

    [TestCaseSource(nameof(Tasks))]
    public void ONNX_Runtime_fills_missing_features_too(string label) => AssertSame(Options(label), operatorSet: 12);

    [TestCase(9)]
    [TestCase(11)]
    public void Every_operator_set_can_say_it(int operatorSet) => AssertSame(Options(nameof(SampleRow.Value)), operatorSet);

    [Test]
    public void A_model_without_standardization_exports_its_means()
    {
        NeuralNetOptions options = Options(nameof(SampleRow.Value));
        options.Standardize = false;
        AssertSame(options, operatorSet: 12);
    }

    void AssertSame(NeuralNetOptions options, int operatorSet)
    {
        List<SampleRow> rows = Rows(60);
        rows.ForEach(row => row.Features = [row.Features[2], row.Features[1], row.Features[0]]);        // the features that have an indicator are not the first ones
        IDataView data = Samples.View(_context, rows);
        ITransformer model = _context.Transforms.NeuralNet(options).Fit(data);
        rows[0].Features = [float.NaN, float.NaN, float.NaN];
        IDataView features = _context.Data.LoadFromEnumerable(rows.Select(row => new FeatureRow { Features = row.Features }).ToArray());
        using var onnx = new MemoryStream();
        _context.Model.ConvertToOnnx(model, features, operatorSet, onnx);
        using var session = new InferenceSession(onnx.ToArray());
        float[] expected = Scores(model.Transform(features));
        int width = expected.Length / rows.Count;
        for (int i = 0; i < rows.Count; i++)
        {
            using var results = session.Run([NamedOnnxValue.CreateFromTensor("Features", new DenseTensor<float>(rows[i].Features, [1, 3]))], ["Score.output"]);
            float[] found = [.. results.Single().AsEnumerable<float>()];
            for (int j = 0; j < width; j++)
                Assert.That(found[j], Is.EqualTo(expected[i * width + j]).Within(1e-5 * Math.Max(1, Math.Abs(expected[i * width + j]))), "some dozen roundings of 6e-8 each");
        }
    }

    static float[] Scores(IDataView scored) => scored.Schema["Score"].Type is VectorDataViewType ? [.. scored.GetColumn<float[]>("Score").SelectMany(row => row)] : [.. scored.GetColumn<float>("Score")];

    sealed class FeatureRow
    {
        [VectorType(SampleRow.FeatureCount)]
        public float[] Features { get; set; } = [];
    }

    sealed class SparseRow
    {
        public float Value { get; set; }

        [VectorType(200)]
        public VBuffer<float> Features { get; set; }
    }
}
