using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Metrics of several values and several labels a row, against scikit-learn's (tests/goldens/vector_metrics.py).</summary>
[TestFixture]
[Category("Golden")]
public sealed class VectorMetricsTests
{
    /// <summary>Sums of at most 145 terms in double, each rounded once: 145 · 2⁻⁵³, and as much again for a difference of labels at 1e5 with deviations of 250.</summary>
    const double Relative = 1e-10;

    static readonly MLContext s_context = new();

    static IEnumerable<TestCaseData> Regression() => Goldens("Regression");

    static IEnumerable<TestCaseData> Multilabel() => Goldens("Multilabel");

    [TestCaseSource(nameof(Regression))]
    public void Several_values_are_measured_as_scikit_learn_measures_them(JsonElement golden)
    {
        float[][] labels = golden.GetProperty("Labels").Deserialize<float[][]>()!, scores = golden.GetProperty("Scores").Deserialize<float[][]>()!;
        MultiOutputRegressionMetrics metrics = s_context.Regression.EvaluateMultiOutput(View(labels, scores, NumberDataViewType.Single));
        JsonElement outputs = golden.GetProperty("Outputs"), averages = golden.GetProperty("Averages");
        (string Name, Func<OutputRegressionMetrics, double> OfOutput, double Average)[] measures =
        [
            ("MeanAbsoluteError", output => output.MeanAbsoluteError, metrics.MeanAbsoluteError),
            ("MeanSquaredError", output => output.MeanSquaredError, metrics.MeanSquaredError),
            ("RootMeanSquaredError", output => output.RootMeanSquaredError, metrics.RootMeanSquaredError),
            ("RSquared", output => output.RSquared, metrics.RSquared),
        ];
        foreach ((string name, Func<OutputRegressionMetrics, double> ofOutput, double average) in measures)
        {
            AssertClose(metrics.Outputs.Select(ofOutput), outputs.GetProperty(name).Deserialize<double[]>()!, name);
            AssertClose([average], [averages.GetProperty(name).GetDouble()], name);
        }
        Assert.That(metrics.Rows, Is.EqualTo(labels.Length));
    }

    /// <summary>A row that can't be scored has no label predicted: counted as an answer, it would be right wherever no label is true.</summary>
    [Test]
    public void Issue_6361_rows_without_a_score_are_no_answers([Values(0, 40, 90)] int missing)
    {
        List<SampleRow> rows = Samples.Rows(90);
        IDataView train = Samples.View(s_context, rows);
        ITransformer model = s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Flags))).Fit(train);
        MultilabelClassificationMetrics expected = s_context.MultilabelClassification.Evaluate(model.Transform(missing == 90 ? train : Samples.View(s_context, rows.Skip(missing))), nameof(SampleRow.Flags));
        foreach (SampleRow row in rows.Take(missing))
            row.Features = [float.NaN, .. row.Features[1..]];
        IDataView scored = model.Transform(Samples.View(s_context, rows));
        if (missing == 90)
        {
            Assert.That(() => s_context.MultilabelClassification.Evaluate(scored, nameof(SampleRow.Flags)), Throws.InvalidOperationException.With.Message.Contains("none of the 90 rows has one"));
            return;
        }
        MultilabelClassificationMetrics found = s_context.MultilabelClassification.Evaluate(scored, nameof(SampleRow.Flags));
        Assert.That((found.Rows, found.SkippedRows, found.SubsetAccuracy, found.HammingLoss, found.MacroF1Score), Is.EqualTo((90L - missing, (long)missing, expected.SubsetAccuracy, expected.HammingLoss, expected.MacroF1Score)));
        Assert.That(found.ToString().Contains("40 without a score left out", StringComparison.Ordinal), Is.EqualTo(missing == 40));
    }

    [TestCaseSource(nameof(Multilabel))]
    public void Several_labels_are_measured_as_scikit_learn_measures_them(JsonElement golden)
    {
        bool[][] labels = golden.GetProperty("Labels").Deserialize<bool[][]>()!, predicted = golden.GetProperty("Predicted").Deserialize<bool[][]>()!;
        MultilabelClassificationMetrics metrics = s_context.MultilabelClassification.Evaluate(View(labels, predicted, BooleanDataViewType.Instance), predictedLabelColumnName: "Score");
        JsonElement perLabel = golden.GetProperty("PerLabel"), averages = golden.GetProperty("Averages");
        AssertClose(metrics.Labels.Select(label => label.Precision), perLabel.GetProperty("Precision").Deserialize<double[]>()!, "precision");
        AssertClose(metrics.Labels.Select(label => label.Recall), perLabel.GetProperty("Recall").Deserialize<double[]>()!, "recall");
        AssertClose(metrics.Labels.Select(label => label.F1Score), perLabel.GetProperty("F1Score").Deserialize<double[]>()!, "F1");
        (string Name, double Value)[] figures =
        [
            ("MicroPrecision", metrics.MicroPrecision), ("MicroRecall", metrics.MicroRecall), ("MicroF1Score", metrics.MicroF1Score),
            ("MacroPrecision", metrics.MacroPrecision), ("MacroRecall", metrics.MacroRecall), ("MacroF1Score", metrics.MacroF1Score),
        ];
        foreach ((string name, double value) in figures)
            AssertClose([value], [averages.GetProperty(name).GetDouble()], name);
        AssertClose([metrics.SubsetAccuracy, metrics.HammingLoss], [golden.GetProperty("SubsetAccuracy").GetDouble(), golden.GetProperty("HammingLoss").GetDouble()], "rows");
        // scikit-learn: [[true negatives, false positives], [false negatives, true positives]]
        Assert.That(metrics.Labels.Select(label => new[] { label.TrueNegatives, label.FalsePositives, label.FalseNegatives, label.TruePositives }),
            Is.EqualTo(golden.GetProperty("Confusion").Deserialize<long[][][]>()!.Select(matrix => matrix.SelectMany(row => row).ToArray())));
    }

    [Test]
    public void Rows_without_a_label_value_are_left_out_and_counted()
    {
        MultiOutputRegressionMetrics metrics = s_context.Regression.EvaluateMultiOutput(View<float>([[1, 10], [float.NaN, 0], [3, 20]], [[1, 11], [0, 0], [2, 20]], NumberDataViewType.Single));
        Assert.That((metrics.Rows, metrics.SkippedRows), Is.EqualTo((2, 1)));
        Assert.That(metrics.Outputs.Select(output => output.MeanAbsoluteError), Is.EqualTo(new[] { 0.5, 0.5 }));
    }

    /// <summary>dotnet/machinelearning issue 6361: scores that are all NaN gave an error of 0 there.</summary>
    [Test]
    public void Issue_6361_a_score_of_NaN_is_not_a_perfect_one()
    {
        MultiOutputRegressionMetrics metrics = s_context.Regression.EvaluateMultiOutput(View<float>([[1, 10], [1, 20]], [[float.NaN, 11], [1, 20]], NumberDataViewType.Single));
        OutputRegressionMetrics bad = metrics.Outputs[0];
        Assert.That(new[] { bad.MeanAbsoluteError, bad.RootMeanSquaredError, bad.RSquared, metrics.RSquared }, Is.All.NaN);
        Assert.That(metrics.Outputs[1].MeanAbsoluteError, Is.EqualTo(0.5));
    }

    [Test]
    public void Columns_that_do_not_fit_are_named_with_what_they_should_be()
    {
        IDataView data = View<float>([[1, 2]], [[1, 2]], NumberDataViewType.Single), flags = View([[true, true]], [[true, false]], BooleanDataViewType.Instance);
        IDataView wider = s_context.Transforms.Concatenate("Wide", "Score", "Score").Fit(data).Transform(data);
        AssertArgument(() => s_context.Regression.EvaluateMultiOutput(data, "Lable"), "labelColumnName", "The data has no column 'Lable'; it has 'Label', 'Score'.");
        AssertArgument(() => s_context.Regression.EvaluateMultiOutput(wider, scoreColumnName: "Wide"), "scoreColumnName", "have 2 and 4");
        AssertArgument(() => s_context.Regression.EvaluateMultiOutput(flags), "labelColumnName", "must be a vector of Single of known size");
        AssertArgument(() => s_context.MultilabelClassification.Evaluate(data, predictedLabelColumnName: "Score"), "labelColumnName", "must be a vector of Boolean of known size");
        Assert.That(() => s_context.GetMultilabelClassification().Evaluate(s_context.Data.SkipRows(flags, 1), predictedLabelColumnName: "Score"), Throws.InvalidOperationException.With.Message.Contains("at least 1 row"));
        Assert.That(() => s_context.Regression.EvaluateMultiOutput(View<float>([[float.NaN]], [[1]], NumberDataViewType.Single)), Throws.InvalidOperationException.With.Message.Contains("none among its 1 rows"));
    }

    [Test]
    public void Tables_have_a_row_an_output_with_its_name_and_the_averages()
    {
        IDataView data = View<float>([[1, 10], [3, 20]], [[1, 11], [3, 20]], NumberDataViewType.Single);
        IDataView named = s_context.Transforms.Concatenate("Named", "First", "Second").Fit(Columns()).Transform(Columns());
        string table = s_context.Regression.EvaluateMultiOutput(named, "Named", "Named").ToString();
        Assert.That(table.Split('\n').Select(line => line.Trim().Split(' ')[0]), Is.EqualTo(new[] { "MAE", "First", "Second", "average" }));
        Assert.That(s_context.Regression.EvaluateMultiOutput(data).ToString().Split('\n')[2], Does.Match(@"^1\s+0\.5\s+0\.70711\s+0\.980$"));
        string labels = s_context.MultilabelClassification.Evaluate(View([[true, false]], [[true, true]], BooleanDataViewType.Instance), predictedLabelColumnName: "Score").ToString();
        Assert.That(labels, Does.Contain("micro average").And.Contain("macro average").And.Contain("all labels right in 0.0 % of 1 rows; 50.0 % of all answers wrong"));

        static IDataView Columns() => s_context.Data.LoadFromEnumerable(new[] { new TwoColumns { First = 1, Second = 2 }, new TwoColumns { First = 3, Second = 5 } });
    }

    static void AssertArgument(Action evaluate, string parameter, string message)
        => Assert.That(evaluate, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property(nameof(ArgumentException.ParamName)).EqualTo(parameter).And.Message.Contains(message));

    static void AssertClose(IEnumerable<double> found, double[] expected, string what)
    {
        double[] values = [.. found];
        Assert.That(values, Has.Length.EqualTo(expected.Length), what);
        for (int i = 0; i < values.Length; i++)
            Assert.That(values[i], Is.EqualTo(expected[i]).Within(Relative * Math.Max(1e-6, Math.Abs(expected[i]))), $"{what} {i}");
    }

    static IDataView View<T>(T[][] labels, T[][] scores, PrimitiveDataViewType itemType)
    {
        var schema = SchemaDefinition.Create(typeof(Row<T>));
        schema["Label"].ColumnType = new VectorDataViewType(itemType, labels[0].Length);
        schema["Score"].ColumnType = new VectorDataViewType(itemType, labels[0].Length);
        return s_context.Data.LoadFromEnumerable(labels.Zip(scores, (label, score) => new Row<T> { Label = label, Score = score }).ToArray(), schema);
    }

    static IEnumerable<TestCaseData> Goldens(string task)
    {
        using Stream stream = typeof(VectorMetricsTests).Assembly.GetManifestResourceStream("MLNet.WeightInit.Tests.Goldens.vector_metrics.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        return [.. document.RootElement.GetProperty(task).EnumerateArray().Select(golden => new TestCaseData(golden.Clone()).SetArgDisplayNames(golden.GetProperty("Name").GetString()!))];
    }

    sealed class Row<T>
    {
        public T[] Label { get; set; } = [];
        public T[] Score { get; set; } = [];
    }

    sealed class TwoColumns
    {
        public float First { get; set; }
        public float Second { get; set; }
    }
}
