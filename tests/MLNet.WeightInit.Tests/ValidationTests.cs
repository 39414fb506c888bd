using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Validation data of the user's: what they must be, what is said of them, and how they get into a chain.</summary>
[TestFixture]
public sealed class ValidationTests
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
    public void Issue_3603_a_validation_set_inside_a_chain()
    {
        // Append hides Fit(train, validation): so the steps before the trainer are fitted first, and the fitted trainer is appended to them.
        IDataView train = _context.Data.LoadFromEnumerable(Samples.Rows(200)), validation = _context.Data.LoadFromEnumerable(Samples.Rows(60, seed: 12));
        var preparation = _context.Transforms.Conversion.MapValueToKey("Label", nameof(SampleRow.Category)).Append(_context.Transforms.NormalizeMinMax("Features")).Fit(train);
        var trainer = _context.MulticlassClassification.Trainers.NeuralNet(Samples.Quick(epochs: 30));
        var network = trainer.Fit(preparation.Transform(train), preparation.Transform(validation));
        ITransformer chain = preparation.Append(network).Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(network.Transform(preparation.Transform(train))));

        Assert.That(network.Model.History.Epochs.Select(epoch => epoch.ValidationLoss), Is.All.Not.Null);
        ITransformer loaded = ModelZip.Load(new MLContext(), ModelZip.Save(_context, chain, train.Schema));
        Assert.That(loaded.Transform(validation).GetColumn<string>("PredictedLabel"), Is.EqualTo(chain.Transform(validation).GetColumn<string>("PredictedLabel")));

        // The last validation loss is that of the chain on the raw rows: log-loss by ML.NET's own evaluator.
        double logLoss = _context.MulticlassClassification.Evaluate(chain.Transform(validation)).LogLoss;
        // Probabilities are floats, so that each row's logarithm is off by some 1e-7.
        Assert.That(network.Model.History.Epochs[network.Model.History.BestEpoch - 1].ValidationLoss, Is.EqualTo(logLoss).Within(1e-5));
    }

    [Test]
    public void Issue_3685_minimum_improvement_duration_and_steps_are_options()
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 1000);
        options.ValidationFraction = 0.2f;
        options.MinimumImprovement = 10;                       // no loss of standardized labels is that large
        options.Patience = 3;
        Assert.That(_context.Transforms.NeuralNet(options).Fit(Samples.View(_context)).Model.History.StopReason, Does.Contain("better by more than 10 since epoch 1"));
        options.MinimumImprovement = 0;
        options.MaximumSteps = 5;
        Assert.That(_context.Transforms.NeuralNet(options).Fit(Samples.View(_context)).Model.History.StopReason, Does.Contain("maximum of 5 steps was reached"));
        options.MaximumSteps = null;
        options.EarlyStopping = false;
        options.NumberOfEpochs = int.MaxValue;
        options.MaximumDuration = TimeSpan.FromTicks(1);       // over after the first step of any computer
        TrainingHistory history = _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)).Model.History;
        Assert.That(history.Epochs, Has.Count.EqualTo(1));
        Assert.That(history.StopReason, Does.Contain("maximum duration of 00:00:00.0000001").And.Contain("after 1 step."));
    }

    [TestCase("Label", "Accuracy")]
    [TestCase("Label", "MacroAccuracy")]
    [TestCase(nameof(SampleRow.Flag), "Accuracy")]
    [TestCase(nameof(SampleRow.Flag), "AUC")]
    [TestCase(nameof(SampleRow.Flag), "F1")]
    [TestCase(nameof(SampleRow.Value), "RMSE")]
    [TestCase(nameof(SampleRow.Value), "MAE")]
    [TestCase(nameof(SampleRow.Value), "R2")]
    [TestCase(nameof(SampleRow.Values), "R2")]
    [TestCase(nameof(SampleRow.Flags), "MicroF1")]
    [TestCase(nameof(SampleRow.Flags), "MacroF1")]
    [TestCase(nameof(SampleRow.Flags), "SubsetAccuracy")]
    public void The_metric_of_the_best_epoch_is_what_MLNET_evaluates_on_the_validation_rows(string label, string metric)
    {
        IDataView train = Samples.View(_context), validation = Samples.View(_context, Samples.Rows(90, seed: 12));
        NeuralNetOptions options = Samples.Quick(label, epochs: 12);
        options.Metric = metric;
        var model = _context.Transforms.NeuralNet(options).Fit(train, validation);
        IDataView scored = model.Transform(validation);
        double expected = metric switch
        {
            "Accuracy" when label == "Label" => _context.MulticlassClassification.Evaluate(scored).MicroAccuracy,
            "MacroAccuracy" => _context.MulticlassClassification.Evaluate(scored).MacroAccuracy,
            "Accuracy" => _context.BinaryClassification.Evaluate(scored, label).Accuracy,
            "AUC" => _context.BinaryClassification.Evaluate(scored, label).AreaUnderRocCurve,
            "F1" => _context.BinaryClassification.Evaluate(scored, label).F1Score,
            "RMSE" => _context.Regression.Evaluate(scored, label).RootMeanSquaredError,
            "R2" when label == nameof(SampleRow.Value) => _context.Regression.Evaluate(scored, label).RSquared,
            "R2" => _context.Regression.EvaluateMultiOutput(scored, label).RSquared,
            "MicroF1" => _context.MultilabelClassification.Evaluate(scored, label).MicroF1Score,
            "MacroF1" => _context.MultilabelClassification.Evaluate(scored, label).MacroF1Score,
            "SubsetAccuracy" => _context.MultilabelClassification.Evaluate(scored, label).SubsetAccuracy,
            _ => _context.Regression.Evaluate(scored, label).MeanAbsoluteError,
        };
        TrainingHistory history = model.Model.History;
        // Classifications agree but for summation in double; scores of a regression are floats, off by 2⁻²⁴ of their size of about 10.
        Assert.That(history.Epochs[history.BestEpoch - 1].ValidationMetric, Is.EqualTo(expected).Within(label is nameof(SampleRow.Value) or nameof(SampleRow.Values) ? 1e-5 : 1e-12));
        Assert.That(history.BestEpoch, Is.EqualTo((metric is "RMSE" or "MAE" ? history.Epochs.MinBy(epoch => epoch.ValidationMetric) : history.Epochs.MaxBy(epoch => epoch.ValidationMetric))!.Epoch));
    }

    [Test]
    public void What_has_no_effect_without_validation_rows_says_so()
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Samples.Quick();
        _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(_log.Warnings, Has.None.Contains("validate"));
        options.Patience = 2;
        _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(_log.Warnings, Has.One.Contains("Patience stops no training, since no rows validate: of fewer than 5,000 rows"));
        (options.Patience, options.MinimumImprovement) = (null, 0.01);
        _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(_log.Warnings, Has.One.Contains("MinimumImprovement stops no training"));
        options.ValidationFraction = 0.001f;
        _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(_log.Warnings, Has.One.Contains("A ValidationFraction of 0.001 keeps no row out"));
        int before = Told();
        options.ValidationFraction = 0.2f;
        _context.Transforms.NeuralNet(options).Fit(data);
        options.ValidationFraction = null;
        _context.Transforms.NeuralNet(options).Fit(data, data);
        options.NumberOfEpochs = null;
        _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(Told(), Is.EqualTo(before));

        int Told() => _log.Warnings.Count(warning => warning.Contains("no rows validate", StringComparison.Ordinal) || warning.Contains("no row out", StringComparison.Ordinal));
    }

    [Test]
    public void A_validation_set_without_one_class_is_used_with_a_warning()
    {
        IDataView train = Samples.View(_context), all = Samples.View(_context, Samples.Rows(60, seed: 12));
        IDataView withoutB = _context.Data.FilterByCustomPredicate<SampleRow>(all, row => row.Category == "b");
        var model = _context.Transforms.NeuralNet(Samples.Quick()).Fit(train, withoutB);
        Assert.That(model.Model.History.Epochs.Select(epoch => epoch.ValidationLoss), Is.All.Matches<double?>(loss => double.IsFinite(loss!.Value)));
        Assert.That(_log.Warnings, Has.One.Contains("validation data has no rows of the class b:"));
        Assert.That(_log.Warnings, Has.None.Contains("of which the training data has none"));
        _context.Transforms.NeuralNet(Samples.Quick()).Fit(withoutB, train);
        Assert.That(_log.Warnings, Has.One.Contains("has rows of the class b, of which the training data has none"));
    }

    [Test]
    public void A_validation_set_of_one_class_trains_by_the_loss_and_refuses_a_ranking()
    {
        IDataView train = Samples.View(_context), negatives = _context.Data.FilterByCustomPredicate<SampleRow>(Samples.View(_context, Samples.Rows(60, seed: 12)), row => row.Flag);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Flag));
        _context.Transforms.NeuralNet(options).Fit(train, negatives);
        Assert.That(_log.Warnings, Has.One.Contains("no rows of the class true"));
        options.Metric = "AUC";
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(train, negatives), Throws.InvalidOperationException.With.Message.Contains("AUC needs rows of both classes, and the 40 validation rows"));
    }

    [Test]
    public void Validation_data_whose_keys_stand_for_other_classes_fail()
    {
        // Fitted on rows in another order, MapValueToKey numbers the classes otherwise, and no type tells.
        IDataView train = Samples.View(_context), validation = Samples.View(_context, Samples.Rows(60).AsEnumerable().Reverse());
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick()).Fit(train, validation),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("key 1 'a' in the training data but 'c' in the validation data. Transform both with one fitted pipeline"));
    }

    [Test]
    public void Validation_data_whose_features_stand_in_another_order_fail()
    {
        IDataView rows = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new NamedRow { Age = i, Income = i * i % 7, Label = i }));
        IDataView Concatenated(params string[] columns) => _context.Transforms.Concatenate("Features", columns).Fit(rows).Transform(rows);
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick()).Fit(Concatenated(nameof(NamedRow.Age), nameof(NamedRow.Income)), Concatenated(nameof(NamedRow.Income), nameof(NamedRow.Age))),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Column 'Features'").And.Message.Contains("slot 0 'Age' in the training data but 'Income' in the validation data"));
    }

    [Test]
    public void Validation_data_without_a_column_or_with_one_of_another_type_fail()
    {
        IDataView train = Samples.View(_context), validation = Samples.View(_context, Samples.Rows(60, seed: 12));
        foreach (string dropped in (string[])["Features", "Label", nameof(SampleRow.Weight)])
        {
            IDataView without = _context.Transforms.DropColumns(dropped).Fit(validation).Transform(validation);
            NeuralNetOptions options = Samples.Quick();
            options.ExampleWeightColumnName = nameof(SampleRow.Weight);
            Assert.That(() => _context.Transforms.NeuralNet(options).Fit(train, without), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(dropped), dropped);
        }
        IDataView text = _context.Transforms.CopyColumns("Label", nameof(SampleRow.Category)).Fit(validation).Transform(validation);
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick()).Fit(train, text), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Label"));
        IDataView none = null!;
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick()).Fit(train, none), Throws.ArgumentNullException);
    }

    [Test]
    public void Missing_values_in_validation_data_are_skipped_or_refused_as_in_training_data()
    {
        List<SampleRow> rows = Samples.Rows(60, seed: 12);
        rows[7].Features[1] = float.NaN;
        rows[8].Category = null;
        IDataView train = Samples.View(_context), holes = Samples.View(_context, rows), good = Samples.View(_context, rows.Where((_, i) => i is not (7 or 8)));
        NeuralNetOptions options = Samples.Quick();
        double?[] Losses(IDataView validation) => [.. _context.Transforms.NeuralNet(options).Fit(train, validation).Model.History.Epochs.Select(epoch => epoch.ValidationLoss)];
        Assert.That(Losses(holes), Is.EqualTo(Losses(good)));
        Assert.That(_log.Warnings, Has.One.Contains("Skipped 2 of 60 validation rows: 1 without a label in column 'Label', 1 with NaN"));
        options.MissingValues = MissingValues.Throw;
        Assert.That(() => Losses(holes), Throws.InvalidOperationException.With.Message.Contains("row 7 of the validation data, slot 1"));
        options.MissingValues = MissingValues.Skip;
        foreach (SampleRow row in rows.Take(40))
            row.Features = [float.NaN, 0, 0];
        Assert.That(() => Losses(Samples.View(_context, rows)), Throws.InvalidOperationException.With.Message.Contains("At least half of the validation rows must be usable"));
    }

    [Test]
    public void The_part_that_ValidationFraction_keeps_out_is_stratified_and_follows_from_the_seed()
    {
        // A class of 10 in 200 rows gives 2 of the 40 validation rows; without stratification a part of 40 has none in one of eight draws.
        List<SampleRow> rows = Samples.Rows(200);
        for (int i = 0; i < rows.Count; i++)
            rows[i].Flag = i % 20 == 0;
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Flag), epochs: 2);
        options.ValidationFraction = 0.2f;
        options.Metric = "AUC";                                // refuses a part of one class
        string[] histories = [.. Enumerable.Range(0, 30).Select(seed =>
        {
            options.Seed = seed / 2;
            return _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows)).Model.History.ToJson();
        })];
        for (int i = 0; i < histories.Length; i += 2)
            Assert.That(histories[i], Is.EqualTo(histories[i + 1]));
        Assert.That(histories.Distinct().Count(), Is.EqualTo(15));
    }

    [Test]
    public void Every_option_of_stopping_works_in_a_chain_and_under_cross_validation()
    {
        NeuralNetOptions options = Samples.Quick(epochs: 40);
        options.ValidationFraction = 0.25f;
        options.Metric = "MacroAccuracy";
        options.MinimumImprovement = 0.001;
        options.Patience = 5;
        options.RestoreBest = false;
        options.MaximumSteps = 60;
        IDataView data = _context.Data.LoadFromEnumerable(Samples.Rows());
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label", nameof(SampleRow.Category)).Append(_context.MulticlassClassification.Trainers.NeuralNet(options))
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        foreach (var fold in _context.MulticlassClassification.CrossValidate(data, pipeline, numberOfFolds: 3, seed: 4))
        {
            TrainingHistory history = ((IEnumerable<ITransformer>)fold.Model).OfType<ISingleFeaturePredictionTransformer<INeuralNetModel>>().Single().Model.History;
            Assert.That(history.Metric, Is.EqualTo("MacroAccuracy"));
            Assert.That(history.Epochs.Select(epoch => epoch.ValidationMetric), Is.All.InRange(0.0, 1.0));
            Assert.That(history.BestEpoch, Is.EqualTo(history.Epochs.Count));
        }
    }

    [Test]
    public void A_metric_of_another_task_fails_with_those_that_fit()
    {
        NeuralNetOptions options = Samples.Quick();
        options.Metric = "RMSE";
        Assert.That(() => _context.BinaryClassification.Trainers.NeuralNet(options), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Accuracy or AUC or AUPRC or F1"));
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Accuracy or MacroAccuracy"));
        options = Samples.Quick(nameof(SampleRow.Flags));
        options.Metric = "F1";
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("MicroF1 or MacroF1 or SubsetAccuracy"));
    }

    [Test]
    public void R2_of_labels_that_are_all_the_same_is_refused()
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.Metric = "R2";
        IDataView constant = Samples.View(_context, Samples.Rows(40).Select(row => { row.Value = 3; return row; }));
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context), constant), Throws.InvalidOperationException.With.Message.Contains("R2 needs labels that differ from row to row, and the 40 validation rows"));
    }

    sealed class NamedRow
    {
        public float Age { get; set; }
        public float Income { get; set; }
        public float Label { get; set; }
    }
}
