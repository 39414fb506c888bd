using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Labels of several values: regression of several outputs by one network, and several labels a row.</summary>
[TestFixture]
public sealed class VectorLabelTests
{
    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    /// <summary>dotnet/machinelearning issues 2134 and 6433: one model, a vector to predict.</summary>
    [Test]
    public void Issue_2134_one_network_predicts_several_values_each_in_its_own_unit()
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Values), epochs: 200);
        options.LearningRate = 0.01f;
        var model = _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, 300));
        MultiOutputRegressionMetrics metrics = _context.Regression.EvaluateMultiOutput(model.Transform(Samples.View(_context, Samples.Rows(200, seed: 4))), nameof(SampleRow.Values));
        Assert.That(metrics.Outputs.Select(output => output.RSquared), Is.All.GreaterThan(0.95));
        Assert.That(metrics.Outputs[1].RootMeanSquaredError, Is.GreaterThan(1_000 * metrics.Outputs[2].RootMeanSquaredError), "units of 100 and of 0.01");
        Assert.That(model.Model.Network.DenseLayers[^1].Outputs, Is.EqualTo(3));
        Assert.That(model.Model.History.Epochs, Has.Count.EqualTo(200));
        Assert.That(model.Model.Initialization.Plan, Is.Not.Empty);
    }

    /// <summary>dotnet/machinelearning issue 3909: from tags of varying number to one Boolean each, by ML.NET's own transforms.</summary>
    [Test]
    public void Issue_3909_tags_become_several_labels_with_their_names()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Samples.Rows(300).Select(row => new TaggedRow { Features = row.Features, Tags = Tags(row) }));
        NeuralNetOptions options = Samples.Quick("Tags", epochs: 60);
        options.LearningRate = 0.01f;
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Tags")
            .Append(_context.Transforms.Conversion.MapKeyToVector("Tags", outputCountVector: true))
            .Append(_context.Transforms.Conversion.ConvertType("Tags", outputKind: DataKind.Boolean))
            .Append(_context.Transforms.NeuralNet(options));
        var model = pipeline.Fit(data);
        MultilabelClassificationMetrics metrics = _context.MultilabelClassification.Evaluate(model.Transform(data), "Tags");
        Assert.That(metrics.Labels.Select(label => label.Name), Is.EquivalentTo(new[] { "a", "not b", "large" }));
        Assert.That(metrics.MicroF1Score, Is.GreaterThan(0.9));
        Assert.That(_context.WeightInit.ReportOf(model), Is.Not.Null);
        using var engine = _context.Model.CreatePredictionEngine<TaggedRow, TagPrediction>(model);
        TagPrediction prediction = engine.Predict(new TaggedRow { Features = [3, 0, 3] });
        Assert.That(prediction.Probability, Has.Length.EqualTo(3));
        Assert.That(prediction.PredictedLabel, Is.EqualTo(prediction.Score.Select(score => score > 0)));
    }

    [Test]
    public void Probabilities_are_the_logistic_function_of_the_scores()
    {
        IDataView data = Samples.View(_context);
        IDataView scored = _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Flags))).Fit(data).Transform(data);
        foreach ((float[] score, float[] probability) in scored.GetColumn<float[]>("Score").Zip(scored.GetColumn<float[]>("Probability")))
            for (int label = 0; label < 4; label++)
                Assert.That((double)probability[label], Is.EqualTo(1 / (1 + Math.Exp(-(double)score[label]))).Within(4 * Math.Pow(2, -24)));  // a few units in the last place below 1
    }

    [Test]
    public void Slot_names_of_the_label_reach_all_columns_and_survive_saving([Values] bool booleans)
    {
        string[] columns = booleans ? [nameof(SampleRow.Flag), "Other"] : [nameof(SampleRow.Value), nameof(SampleRow.Weight)];
        var pipeline = _context.Transforms.CopyColumns("Other", nameof(SampleRow.Flag)).Append(_context.Transforms.Concatenate("Named", columns)).Append(_context.Transforms.NeuralNet(Samples.Quick("Named")));
        IDataView data = Samples.View(_context);
        ITransformer loaded = ModelZip.Load(new MLContext(), ModelZip.Save(_context, pipeline.Fit(data), data.Schema));
        foreach (string column in booleans ? (string[])["Score", "Probability", "PredictedLabel"] : ["Score"])
        {
            VBuffer<ReadOnlyMemory<char>> names = default;
            loaded.GetOutputSchema(data.Schema)[column].GetSlotNames(ref names);
            Assert.That(names.DenseValues().Select(name => name.ToString()), Is.EqualTo(columns), column);
        }
    }

    [Test]
    public void A_vector_of_one_value_stays_a_vector_and_trains_as_the_value_alone()
    {
        IDataView data = _context.Transforms.Concatenate("One", nameof(SampleRow.Value)).Fit(Samples.View(_context)).Transform(Samples.View(_context));
        IDataView vector = _context.Transforms.NeuralNet(Samples.Quick("One")).Fit(data).Transform(data), scalar = _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(data).Transform(data);
        Assert.That(vector.GetColumn<float[]>("Score").Select(score => score.Single()), Is.EqualTo(scalar.GetColumn<float>("Score")));
    }

    [Test]
    public void A_row_with_one_missing_value_is_skipped_with_a_counted_warning_and_leaves_no_trace()
    {
        List<SampleRow> good = Samples.Rows(60), mixed = Samples.Rows(60);
        mixed.Insert(10, new SampleRow { Features = [1, 2, 3], Values = [1e6f, float.NaN, 0], Flags = [true, true, true, true] });
        IDataView Score(List<SampleRow> rows) => _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Values))).Fit(Samples.View(_context, rows)).Transform(Samples.View(_context, good));
        Assert.That(SchemaComparison.Cells(Score(mixed), "Score"), Is.EqualTo(SchemaComparison.Cells(Score(good), "Score")));
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 1 of 61 training rows: 1 without a label in column 'Values'"));
    }

    [Test]
    public void A_missing_value_is_an_error_with_row_and_slot_where_that_was_asked_for()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows[17].Values[2] = float.NaN;
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Values));
        options.MissingValues = MissingValues.Throw;
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.Contains("Column 'Values' has no label in row 17 of the training data, slot 2 (counted from 0)"));
    }

    [Test]
    public void A_row_with_missing_features_scores_NaN_in_every_slot_and_has_no_label()
    {
        List<SampleRow> rows = Samples.Rows(3);
        rows[1].Features[0] = float.NaN;
        IDataView scored = _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Flags))).Fit(Samples.View(_context)).Transform(Samples.View(_context, rows));
        Assert.That(scored.GetColumn<float[]>("Score").Select(score => score.Count(float.IsNaN)), Is.EqualTo(new[] { 0, 4, 0 }));
        Assert.That(scored.GetColumn<float[]>("Probability").ElementAt(1), Is.All.NaN);
        Assert.That(scored.GetColumn<bool[]>("PredictedLabel").ElementAt(1), Is.All.False);
    }

    [Test]
    public void Sparse_labels_are_read_as_dense_ones()
    {
        IDataView dense = Samples.View(_context, 90);
        var rows = Samples.Rows(90).Select(row => new SparseRow { Features = row.Features, Values = Sparse(row.Values), Flags = Sparse(row.Flags) }).ToArray();
        var schema = SchemaDefinition.Create(typeof(SparseRow));
        schema[nameof(SparseRow.Values)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        schema[nameof(SparseRow.Flags)].ColumnType = new VectorDataViewType(BooleanDataViewType.Instance, 4);
        IDataView sparse = _context.Data.LoadFromEnumerable(rows, schema);
        foreach (string label in (string[])[nameof(SampleRow.Values), nameof(SampleRow.Flags)])
        {
            var estimator = _context.Transforms.NeuralNet(Samples.Quick(label));
            Assert.That(SchemaComparison.Cells(estimator.Fit(sparse).Transform(dense), "Score"), Is.EqualTo(SchemaComparison.Cells(estimator.Fit(dense).Transform(dense), "Score")), label);
        }
    }

    [Test]
    public void A_label_that_fits_no_task_is_an_error_with_the_line_that_makes_it_right()
    {
        IDataView data = _context.Data.LoadFromEnumerable(new[] { new OddLabelsRow(), new OddLabelsRow() });
        AssertSchemaError(nameof(OddLabelsRow.Unsized), data, "got VarVector<Single>", "[VectorType(3)]", "Concatenate(\"Unsized\", …)");
        AssertSchemaError(nameof(OddLabelsRow.UnsizedFlags), data, "got VarVector<Boolean>", "must have the same number in each row");
        AssertSchemaError(nameof(OddLabelsRow.Empty), data, "got VarVector<Single>", "must have the same number in each row");
        AssertSchemaError(nameof(OddLabelsRow.Tags), data, "MapValueToKey(\"Tags\").Append(mlContext.Transforms.Conversion.MapKeyToVector(\"Tags\", outputCountVector: true)).Append(mlContext.Transforms.Conversion.ConvertType(\"Tags\", outputKind: DataKind.Boolean))");
        AssertSchemaError(nameof(OddLabelsRow.Doubles), data, "got Vector<Double>", "ConvertType(\"Doubles\", outputKind: DataKind.Single)");
        IDataView keys = _context.Transforms.Conversion.MapValueToKey("Keys", nameof(OddLabelsRow.Tags)).Fit(data).Transform(data);
        AssertSchemaError("Keys", keys, "one Boolean a key value: mlContext.Transforms.Conversion.MapKeyToVector(\"Keys\"");
    }

    [Test]
    public void A_row_of_another_length_than_the_columns_type_says_is_an_error_that_names_it([Values(nameof(SampleRow.Values), nameof(SampleRow.Flags))] string label)
    {
        List<SampleRow> rows = Samples.Rows(20);
        (rows[7].Values, rows[7].Flags) = ([1, 2], [true]);
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick(label)).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.Contains($"Column '{label}' must have").And.Message.Contains("in row 7"));
    }

    [Test]
    public void Labels_that_are_all_constant_cannot_train_and_single_ones_are_named()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows.ForEach(row => row.Flags[3] = true);
        _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Flags))).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("Column 'Flags' has the same value in all 60 usable rows in slot 3:"));
        rows.ForEach(row => row.Flags = [true, false, false, true]);
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Flags))).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.Contains("all 60 usable rows have the same values in column 'Flags'"));
    }

    [Test]
    public void A_constant_value_is_predicted_as_it_is()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows.ForEach(row => row.Values[1] = 5);
        IDataView data = Samples.View(_context, rows);
        IDataView scored = _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Values))).Fit(data).Transform(data);
        Assert.That(scored.GetColumn<float[]>("Score").Select(score => score[1]), Is.All.EqualTo(5));
    }

    [Test]
    public void Zeros_and_ones_of_Single_train_as_regression_and_warn_with_the_conversion()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows.ForEach(row => row.Values = [row.Flag ? 1 : 0, 1, 0]);
        _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Values))).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("ConvertType(\"Values\", outputKind: DataKind.Boolean)"));
    }

    [Test]
    public void Validation_data_with_another_number_of_values_fails_and_with_the_same_it_is_measured()
    {
        IDataView data = Samples.View(_context);
        IDataView three = _context.Transforms.Concatenate("Some", nameof(SampleRow.Values)).Fit(data).Transform(data);
        IDataView four = _context.Transforms.Concatenate("Some", nameof(SampleRow.Values), nameof(SampleRow.Value)).Fit(data).Transform(data);
        var estimator = _context.Transforms.NeuralNet(Samples.Quick("Some"));
        Assert.That(() => estimator.Fit(three, four), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("must have 3 values a row in the validation data, as in the training data, and has 4"));
        Assert.That(estimator.Fit(three, three).Model.History.Epochs.Select(epoch => epoch.ValidationLoss), Is.All.Not.Null);
    }

    [Test]
    public void A_model_of_several_values_or_labels_learns_further([Values(nameof(SampleRow.Values), nameof(SampleRow.Flags))] string label)
    {
        IDataView data = Samples.View(_context);
        var estimator = _context.Transforms.NeuralNet(Samples.Quick(label));
        INeuralNetModel first = estimator.Fit(data).Model, second = estimator.Fit(data, first).Model;
        Assert.That(second.History.Epochs[^1].TrainingLoss, Is.LessThan(first.History.Epochs[^1].TrainingLoss));
        INeuralNetModel other = _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(data).Model;
        Assert.That(() => estimator.Fit(data, other), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("label of its model's task"));
    }

    [Test]
    public void Losses_of_the_task_fit_and_others_are_refused()
    {
        NeuralNetOptions huber = Samples.Quick(nameof(SampleRow.Values)), wrong = Samples.Quick(nameof(SampleRow.Flags));
        (huber.Loss, wrong.Loss) = ("Huber", "Huber");
        Assert.That(_context.Transforms.NeuralNet(huber).Fit(Samples.View(_context)).Model.Network.DenseLayers[^1].Outputs, Is.EqualTo(3));
        Assert.That(() => _context.Transforms.NeuralNet(wrong).Fit(Samples.View(_context)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("does not fit classification with several labels. It must be BinaryCrossEntropy"));
    }

    static string[] Tags(SampleRow row) => [.. (row.Flags[0] ? (string[])["a"] : []), .. (row.Flags[1] ? (string[])["not b"] : []), .. (row.Flags[3] ? (string[])["large"] : [])];

    static VBuffer<T> Sparse<T>(T[] values) where T : struct
    {
        int[] indices = [.. Enumerable.Range(0, values.Length).Where(i => !values[i].Equals(default(T)))];
        return new VBuffer<T>(values.Length, indices.Length, [.. indices.Select(i => values[i])], indices);
    }

    void AssertSchemaError(string label, IDataView data, params string[] parts)
    {
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.NeuralNet(label).Fit(data))!;
        foreach (string part in parts)
            Assert.That(thrown.Message, Does.Contain(part));
    }

    sealed class TaggedRow
    {
        [VectorType(SampleRow.FeatureCount)]
        public float[] Features { get; set; } = [];
        public string[] Tags { get; set; } = [];
    }

    sealed class TagPrediction
    {
        public bool[] PredictedLabel { get; set; } = [];
        public float[] Score { get; set; } = [];
        public float[] Probability { get; set; } = [];
    }

    sealed class SparseRow
    {
        [VectorType(SampleRow.FeatureCount)]
        public float[] Features { get; set; } = [];
        public VBuffer<float> Values { get; set; }
        public VBuffer<bool> Flags { get; set; }
    }

    sealed class OddLabelsRow
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [1, 2];
        public float[] Unsized { get; set; } = [1, 2];
        public bool[] UnsizedFlags { get; set; } = [true];

        [VectorType(0)]
        public float[] Empty { get; set; } = [];
        public string[] Tags { get; set; } = ["a", "b"];

        [VectorType(2)]
        public double[] Doubles { get; set; } = [1, 2];
    }
}
