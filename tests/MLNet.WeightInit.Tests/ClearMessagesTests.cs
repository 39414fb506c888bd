using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>What a message must say beside what is wrong: where, and the line of code that makes it right; and no message where nothing is wrong.</summary>
[TestFixture]
public sealed class ClearMessagesTests
{
    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    [TestCase(nameof(OddRow.Number), "got Single", "mlContext.Transforms.Concatenate(\"Features\", \"Number\", …)")]
    [TestCase(nameof(OddRow.Whole), "got Int32", "ConvertType(\"Whole\", outputKind: DataKind.Single).Append(mlContext.Transforms.Concatenate(\"Features\", \"Whole\"))")]
    [TestCase(nameof(OddRow.Doubles), "got Vector<Double>", "ConvertType(\"Doubles\", outputKind: DataKind.Single).")]
    [TestCase(nameof(OddRow.Text), "got String", "OneHotEncoding(\"Text\")")]
    [TestCase(nameof(OddRow.Unsized), "got VarVector<Single>", "[VectorType(3)]")]
    [TestCase("Key", "got Key<UInt32>", "MapKeyToVector(\"Key\")")]
    [TestCase(nameof(OddRow.Time), "got DateTime", "CustomMapping")]
    public void Features_of_the_wrong_type_are_named_with_what_makes_features_of_them(string features, string found, string advice)
    {
        IDataView rows = _context.Data.LoadFromEnumerable(new[] { new OddRow(), new OddRow() });
        IDataView data = _context.Transforms.Conversion.MapValueToKey("Key", nameof(OddRow.Text)).Fit(rows).Transform(rows);
        var estimator = _context.Transforms.NeuralNet(nameof(OddRow.Label), features);
        foreach (Action use in (Action[])[() => estimator.Fit(data), () => estimator.Fit(data, data), () => estimator.GetOutputSchema(SchemaShape.Create(data.Schema))])
            Assert.That(use, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith($"Schema mismatch for feature column '{features}': expected Vector<Single>, {found}. ").And.Message.Contains(advice));
    }

    [Test]
    public void A_row_with_another_number_of_features_than_the_type_says_is_an_error_that_names_it([Values(0, 2, 4)] int count, [Values] bool validation, [Values(nameof(SampleRow.Value), "Features")] string label)
    {
        List<SampleRow> rows = Samples.Rows(20);
        rows[7].Features = count == 0 ? null! : new float[count];
        IDataView good = Samples.View(_context), bad = Samples.View(_context, rows);
        var estimator = _context.Transforms.NeuralNet(Samples.Quick(label));
        Assert.That(() => validation ? estimator.Fit(good, bad) : estimator.Fit(bad),
            Throws.InvalidOperationException.With.Message.Contains($"Column 'Features' must have 3 values in every row, as its type Vector<Single, 3> says, and has {count} in row 7 of the {(validation ? "validation" : "training")} data"));
    }

    [Test]
    public void A_search_for_the_learning_rate_that_ends_where_the_rate_is_too_high_warns_of_no_cancellation()
    {
        LearningRateSearch search = _context.WeightInit.FindLearningRate(Samples.View(_context), Samples.Quick(nameof(SampleRow.Value)));
        Assert.That(search.Points, Has.Count.LessThan(100), "it ended early");
        Assert.That(_log.Warnings, Is.Empty);
    }

    [Test]
    public void A_token_that_is_cancelled_before_rows_are_read_says_that_there_is_no_model()
    {
        NeuralNetOptions options = Samples.Quick();
        options.CancellationToken = new CancellationToken(canceled: true);
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)),
            Throws.InstanceOf<OperationCanceledException>().With.Message.Contains("while its rows were read").And.Property(nameof(OperationCanceledException.CancellationToken)).EqualTo(options.CancellationToken));
    }

    [Test]
    public void An_infinite_label_is_not_called_a_missing_one()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows[3].Value = float.PositiveInfinity;
        rows[7].Value = float.NaN;
        rows[9].Values[1] = float.NegativeInfinity;
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value)), ofVector = Samples.Quick(nameof(SampleRow.Values));
        _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 2 of 60 training rows: 1 without a label in column 'Value', 1 with an infinite label in column 'Value'."));
        options.MissingValues = ofVector.MissingValues = MissingValues.Throw;
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.StartsWith("Column 'Value' has the label infinity in row 3 of the training data (counted from 0), and labels must be finite."));
        Assert.That(() => _context.Transforms.NeuralNet(ofVector).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.StartsWith("Column 'Values' has the label minus infinity in row 9 of the training data, slot 1 (counted from 0)"));
    }

    [Test]
    public void A_Single_label_for_another_trainer_is_not_told_to_become_Single()
    {
        IDataView data = Samples.View(_context);
        Assert.That(() => _context.MulticlassClassification.Trainers.NeuralNet(nameof(SampleRow.Value)).Fit(data),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("A value to predict is trained by mlContext.Regression.Trainers.NeuralNet(\"Value\").").And.Message.Not.Contains("ConvertType"));
        Assert.That(() => _context.Regression.Trainers.NeuralNetMultiOutput(nameof(SampleRow.Value)).Fit(data),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("mlContext.Transforms.Concatenate(\"Value\", …). One value is trained by mlContext.Regression.Trainers.NeuralNet(\"Value\").").And.Message.Not.Contains("ConvertType"));
    }

    sealed class OddRow
    {
        public float Label { get; set; }
        public float Number { get; set; }
        public int Whole { get; set; }

        [VectorType(3)]
        public double[] Doubles { get; set; } = [1, 2, 3];
        public string Text { get; set; } = "";
        public float[] Unsized { get; set; } = [];
        public DateTime Time { get; set; }
    }
}
