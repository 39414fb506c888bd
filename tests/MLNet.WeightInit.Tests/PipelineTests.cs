using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>What ML.NET's users do with a trainer works with this one.</summary>
[TestFixture]
public sealed class PipelineTests
{
    static readonly MLContext s_context = new(seed: 1);

    [Test]
    public void The_first_program_trains_evaluates_and_shows_its_report()
    {
        IDataView data = s_context.Data.LoadFromEnumerable(Samples.Rows());
        var pipeline = s_context.Transforms.Conversion.MapValueToKey("Label", nameof(SampleRow.Category))
            .Append(s_context.Transforms.NeuralNet(init: "He", hiddenLayers: [16], numberOfEpochs: 60))
            .Append(s_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(data);
        IDataView scored = model.Transform(data);

        // The categories lie 2·√2 apart with noise of 0.5: nearest centres err for one row in about 200.
        double accuracy = scored.GetColumn<string>("PredictedLabel").Zip(scored.GetColumn<string>(nameof(SampleRow.Category)), (a, b) => a == b ? 1.0 : 0).Average();
        Assert.That(accuracy, Is.GreaterThan(0.95));
        Assert.That(s_context.WeightInit.ReportOf(model)!.Plan[0].Initializer, Does.StartWith("he"));
    }

    [Test]
    public void The_report_is_reached_without_a_cast()
    {
        IDataView data = Samples.View(s_context);
        var model = s_context.Transforms.CopyColumns("Copy", "Features").Append(s_context.Transforms.NeuralNet(Samples.Quick())).Fit(data);
        Assert.That(model.LastTransformer.Model.Initialization.Plan, Is.Not.Empty);
        Assert.That(model.LastTransformer.Model.History.Epochs, Has.Count.EqualTo(5));
        Assert.That(model.LastTransformer.Model.Network.DenseLayers, Has.Count.EqualTo(2));
    }

    [Test]
    public void Each_task_evaluates_far_better_than_chance()
    {
        IDataView data = Samples.View(s_context);
        NeuralNetOptions Options(string label)
        {
            NeuralNetOptions options = Samples.Quick(label, epochs: 60);
            options.LearningRate = 0.01f;
            return options;
        }
        var multiclass = s_context.MulticlassClassification.Trainers.NeuralNet(Options("Label")).Fit(data);
        Assert.That(s_context.MulticlassClassification.Evaluate(multiclass.Transform(data)).MicroAccuracy, Is.GreaterThan(0.95));
        var binary = s_context.BinaryClassification.Trainers.NeuralNet(Options(nameof(SampleRow.Flag))).Fit(data);
        Assert.That(s_context.BinaryClassification.Evaluate(binary.Transform(data), nameof(SampleRow.Flag)).AreaUnderRocCurve, Is.GreaterThan(0.95));
        var regression = s_context.Regression.Trainers.NeuralNet(Options(nameof(SampleRow.Value))).Fit(data);
        Assert.That(s_context.Regression.Evaluate(regression.Transform(data), nameof(SampleRow.Value)).RSquared, Is.GreaterThan(0.95));
    }

    [Test]
    public void Cross_validation_gives_the_same_folds_serially_and_in_parallel()
    {
        IDataView data = Samples.View(s_context, 120);
        var estimator = s_context.MulticlassClassification.Trainers.NeuralNet(Samples.Quick());
        var serial = s_context.MulticlassClassification.CrossValidate(data, estimator, numberOfFolds: 3, seed: 4);
        IEnumerable<DataOperationsCatalog.TrainTestData> folds = s_context.Data.CrossValidationSplit(data, numberOfFolds: 3, seed: 4);
        double[] parallel = [.. folds.AsParallel().AsOrdered().Select(fold =>
            s_context.MulticlassClassification.Evaluate(estimator.Fit(fold.TrainSet).Transform(fold.TestSet)).LogLoss)];
        Assert.That(parallel, Is.EqualTo(serial.Select(fold => fold.Metrics.LogLoss)));
    }

    [Test]
    public void Permutation_importance_finds_the_features_that_matter_by_both_overloads()
    {
        IDataView data = Samples.View(s_context);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 60);
        options.LearningRate = 0.01f;
        var typed = s_context.Regression.Trainers.NeuralNet(options).Fit(data);
        var bySlot = s_context.Regression.PermutationFeatureImportance(typed, data, nameof(SampleRow.Value));
        // Value = 3·x₀ − 2·x₁ + 0.5·x₂ + 7.
        Assert.That(bySlot.Select(metric => metric.RSquared.Mean), Is.Ordered.Ascending);

        // The overload for chains names features, so it wants a feature column that has slot names.
        IDataView named = s_context.Data.LoadFromEnumerable(Samples.Rows().Select(row => new NamedRow { Strong = row.Features[0], Weak = row.Features[2], Value = row.Value }).ToArray());
        ITransformer chain = s_context.Transforms.Concatenate("Features", nameof(NamedRow.Weak), nameof(NamedRow.Strong)).Append(s_context.Transforms.NeuralNet(options)).Fit(named);
        var byName = s_context.Regression.PermutationFeatureImportance(chain, chain.Transform(named), nameof(NamedRow.Value));
        Assert.That(byName[nameof(NamedRow.Strong)].RSquared.Mean, Is.LessThan(byName[nameof(NamedRow.Weak)].RSquared.Mean));
    }

    [Test]
    public void A_prediction_engine_scores_one_object()
    {
        List<SampleRow> rows = Samples.Rows();
        IDataView data = s_context.Data.LoadFromEnumerable(rows);
        ITransformer model = s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(data);
        using var engine = s_context.Model.CreatePredictionEngine<SampleRow, ScoredRow>(model);
        Assert.That(engine.Predict(rows[7]).Score, Is.EqualTo(model.Transform(data).GetColumn<float>("Score").ElementAt(7)));
    }

    [Test]
    public void One_versus_all_and_a_calibrator_work_over_the_binary_trainer()
    {
        IDataView data = Samples.View(s_context);
        NeuralNetOptions options = Samples.Quick(epochs: 60);
        options.LearningRate = 0.01f;
        var several = s_context.MulticlassClassification.Trainers.OneVersusAll(s_context.BinaryClassification.Trainers.NeuralNet(options)).Fit(data);
        Assert.That(s_context.MulticlassClassification.Evaluate(several.Transform(data)).MicroAccuracy, Is.GreaterThan(0.95));
        ITransformer loaded = ModelZip.Load(s_context, ModelZip.Save(s_context, several, data.Schema));
        Assert.That(s_context.WeightInit.ReportOf(loaded)!.ToJson(), Is.EqualTo(s_context.WeightInit.ReportOf(several)!.ToJson()));

        options.LabelColumnName = nameof(SampleRow.Flag);
        var calibrated = s_context.BinaryClassification.Trainers.NeuralNet(options)
            .Append(s_context.BinaryClassification.Calibrators.Platt(nameof(SampleRow.Flag))).Fit(data);
        Assert.That(calibrated.Transform(data).GetColumn<float>("Probability"), Is.All.InRange(0f, 1f));
    }

    [Test]
    public void Example_weights_of_zero_effect_are_the_same_as_none_and_others_are_not()
    {
        List<SampleRow> rows = Samples.Rows(60);
        float First(Action<SampleRow> setWeight)
        {
            rows.ForEach(setWeight);
            NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 3);
            options.ExampleWeightColumnName = nameof(SampleRow.Weight);
            IDataView data = Samples.View(s_context, rows);
            return s_context.Transforms.NeuralNet(options).Fit(data).Transform(data).GetColumn<float>("Score").First();
        }
        float equal = First(row => row.Weight = 1);
        float unequal = First(row => row.Weight = row.Flag ? 9 : 1);
        IDataView unweighted = Samples.View(s_context, rows);
        float none = s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value), epochs: 3)).Fit(unweighted).Transform(unweighted).GetColumn<float>("Score").First();
        Assert.That(equal, Is.EqualTo(none));
        Assert.That(unequal, Is.Not.EqualTo(none));
    }

    [Test]
    public void A_validation_set_of_the_users_is_watched()
    {
        IDataView train = Samples.View(s_context), validation = Samples.View(s_context, Samples.Rows(60, seed: 12));
        var model = s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(train, validation);
        Assert.That(model.Model.History.Epochs.Select(epoch => epoch.ValidationLoss), Is.All.Not.Null);
    }

    [Test]
    public void A_key_label_may_have_classes_that_no_row_has()
    {
        IDataView all = Samples.View(s_context);
        IDataView withoutB = s_context.Data.FilterByCustomPredicate<SampleRow>(all, row => row.Category == "b");
        IDataView scored = s_context.Transforms.NeuralNet(Samples.Quick()).Fit(withoutB).Transform(withoutB);
        Assert.That(scored.GetColumn<float[]>("Score").First(), Has.Length.EqualTo(3));
    }

    [Test]
    public void Progress_reaches_the_user_and_the_log()
    {
        var context = new MLContext(seed: 1);
        var log = new LogCapture(context);
        var reported = new Recorder();
        NeuralNetOptions options = Samples.Quick(epochs: 4);
        options.Progress = reported;
        context.Transforms.NeuralNet(options).Fit(Samples.View(context));
        Assert.That(reported.Epochs, Is.EqualTo(new[] { 1, 2, 3, 4 }));
        Assert.That(log.Texts(ChannelMessageKind.Info), Has.Some.Contains("Epoch 4 of 4: training loss"));
    }

    [Test]
    public void The_search_for_the_number_of_epochs_reports_too()
    {
        var context = new MLContext(seed: 1);
        var log = new LogCapture(context);
        var reported = new Recorder();
        NeuralNetOptions options = Samples.Quick();
        options.NumberOfEpochs = null;
        options.Progress = reported;
        var model = context.Transforms.NeuralNet(options).Fit(Samples.View(context, 60)).Model;
        int trained = model.History.Epochs.Count, searched = reported.Values.Count - trained;
        Assert.That(reported.Values.Select(value => value.IsSearch), Is.EqualTo(Enumerable.Repeat(true, searched).Concat(Enumerable.Repeat(false, trained))));
        Assert.That(reported.Values.Select(value => value.Epoch), Is.EqualTo(Enumerable.Range(1, searched).Concat(Enumerable.Range(1, trained))));
        Assert.That(reported.Values.Take(trained).Select(value => value.ValidationLoss), Is.EqualTo(model.History.Epochs.Select(epoch => epoch.ValidationLoss)), "what the search measured");
        // Each fold trains on four fifths of the rows, from the same start at ln 3 or so: no loss is far from the final training's.
        Assert.That(reported.Values[0].TrainingLoss, Is.EqualTo(model.History.Epochs[0].TrainingLoss).Within(0.3));
        Assert.That(log.Texts(ChannelMessageKind.Info).Count(text => text.Contains("Cross-validation for the number of epochs", StringComparison.Ordinal)), Is.InRange(1, 11));
    }

    [Test]
    public void A_cancelled_training_returns_its_best_or_throws_as_asked()
    {
        using var cancellation = new CancellationTokenSource();
        NeuralNetOptions options = Samples.Quick(epochs: 1000);
        options.CancellationToken = cancellation.Token;
        options.Progress = new Recorder(epoch => { if (epoch == 3) cancellation.Cancel(); });
        IDataView data = Samples.View(s_context);
        Assert.That(s_context.Transforms.NeuralNet(options).Fit(data).Model.History.Epochs, Has.Count.EqualTo(3));
        options.OnCancel = CancelledTraining.Throw;
        Assert.That(() => s_context.Transforms.NeuralNet(options).Fit(data), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void A_cancelled_training_that_returns_a_model_warns_of_it()
    {
        var context = new MLContext(seed: 1);
        var log = new LogCapture(context);
        using var cancellation = new CancellationTokenSource();
        NeuralNetOptions options = Samples.Quick(epochs: int.MaxValue);
        options.CancellationToken = cancellation.Token;
        options.Progress = new Recorder(epoch => { if (epoch == 2) cancellation.Cancel(); });
        context.Transforms.NeuralNet(options).Fit(Samples.View(context));
        Assert.That(log.Warnings, Has.One.Contains("Training was cancelled, and the model is the best so far. Cancelled in epoch 3."));
    }

    [Test]
    public void A_training_that_is_cancelled_while_rows_are_read_has_no_model_to_return([Values] CancelledTraining onCancel)
    {
        using var cancellation = new CancellationTokenSource();
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.CancellationToken = cancellation.Token;
        options.OnCancel = onCancel;
        int read = 0;
        IDataView data = s_context.Data.FilterByCustomPredicate(Samples.View(s_context), (SampleRow _) =>
        {
            if (++read == 50)
                cancellation.Cancel();
            return false;                                      // keeps the row
        });
        Assert.That(() => s_context.Transforms.NeuralNet(options).Fit(data), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(read, Is.LessThan(200));
    }

    [Test]
    public void The_log_of_a_long_training_stays_short([Values(1, 39, 1000)] int epochs)
    {
        var context = new MLContext(seed: 1);
        var log = new LogCapture(context);
        context.Transforms.NeuralNet(Samples.Quick(epochs: epochs)).Fit(Samples.View(context, 40));
        string[] lines = [.. log.Texts(ChannelMessageKind.Info).Where(text => text.Contains("Epoch ", StringComparison.Ordinal))];
        Assert.That(lines, Has.Length.InRange(1, 21));
        Assert.That(lines[^1], Does.Contain($"Epoch {epochs} of {epochs}"));
    }

    [Test]
    public void Training_ends_when_the_context_is_cancelled()
    {
        var context = new MLContext(seed: 1);
        NeuralNetOptions options = Samples.Quick(epochs: 1_000_000);
        options.EarlyStopping = false;
        options.Progress = new Recorder(epoch => { if (epoch == 2) context.CancelExecution(); });
        Assert.That(() => context.Transforms.NeuralNet(options).Fit(Samples.View(context)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Diagnose_measures_without_training()
    {
        InitializationReport report = s_context.WeightInit.Diagnose(Samples.View(s_context), Samples.Quick(epochs: 1000));
        Assert.That(report.Layers, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_verdict_other_than_healthy_is_a_warning()
    {
        var context = new MLContext(seed: 1);
        var log = new LogCapture(context);
        NeuralNetOptions options = Samples.Quick(epochs: 0);
        options.Init = "zeros";
        var model = context.Transforms.NeuralNet(options).Fit(Samples.View(context));
        Assert.That(model.Model.Initialization.Verdict, Is.Not.EqualTo(Verdict.Healthy));
        // The gravest finding, its first remedy and where the rest is; the tables stay in the report.
        Assert.That(log.Warnings, Has.Exactly(1).Items.And.One.Contains("initialization is not healthy. Symmetric: 100 % of the 8 units")
            .And.One.Contains("Try init: \"He\"").And.One.Contains("mlContext.WeightInit.ReportOf(model)"));
        Assert.That(log.Warnings[0].Split('\n'), Has.Length.EqualTo(1), "one line");
    }

    sealed class NamedRow
    {
        public float Strong { get; set; }
        public float Weak { get; set; }
        public float Value { get; set; }
    }

    sealed class ScoredRow
    {
        public float Score { get; set; }
    }

    sealed class Recorder(Action<int>? onEpoch = null) : IProgress<EpochProgress>
    {
        public List<EpochProgress> Values { get; } = [];

        public IEnumerable<int> Epochs => Values.Select(value => value.Epoch);

        public void Report(EpochProgress value)
        {
            Values.Add(value);
            onEpoch?.Invoke(value.Epoch);
        }
    }
}
