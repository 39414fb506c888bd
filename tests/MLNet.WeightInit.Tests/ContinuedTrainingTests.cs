using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>A trained model learns from more rows: github.com/dotnet/machinelearning issues 470, 517, 5504, 6574, 6021, 5365.</summary>
[TestFixture]
public sealed class ContinuedTrainingTests
{
    readonly MLContext _context = new(seed: 1);

    [Test]
    public void Issue_6574_an_old_model_is_retrained_with_new_data_after_loading_it_from_a_file()
    {
        List<SampleRow> rows = Samples.Rows(400);
        IDataView all = Samples.View(_context, rows), old = _context.Data.TakeRows(all, 200), @new = _context.Data.SkipRows(all, 200);
        var trainer = _context.MulticlassClassification.Trainers.NeuralNet(Samples.Quick(epochs: 10));
        var first = trainer.Fit(old);
        var direct = trainer.Fit(@new, first.Model);

        using var stream = new MemoryStream();
        _context.Model.Save(first, old.Schema, stream);
        stream.Position = 0;
        var loaded = (ISingleFeaturePredictionTransformer<INeuralNetModel>)new MLContext().Model.Load(stream, out _);
        var continued = _context.Transforms.NeuralNet(Samples.Quick(epochs: 10)).Fit(@new, loaded.Model);

        Assert.That(Bytes(continued.Model), Is.EqualTo(Bytes(direct.Model)), "loaded or not, the same training");
        double before = _context.MulticlassClassification.Evaluate(first.Transform(@new)).LogLoss, after = _context.MulticlassClassification.Evaluate(continued.Transform(@new)).LogLoss;
        Assert.That(after, Is.LessThan(before));
        Assert.That(Bytes(first.Model), Is.EqualTo(Bytes(trainer.Fit(old).Model)), "the model that was passed is not touched");
    }

    /// <summary>The commonest slip: MapValueToKey fitted anew on the new rows numbers the same values in another order. Loaded or not, the model knows what its keys meant.</summary>
    [Test]
    public void Keys_that_mean_something_else_are_refused([Values] bool loaded)
    {
        IDataView rows = _context.Data.LoadFromEnumerable(Samples.Rows(120));
        var asTheyCome = _context.Transforms.Conversion.MapValueToKey("Label", nameof(SampleRow.Category)).Fit(rows);
        IDataView reversed = _context.Data.LoadFromEnumerable(Samples.Rows(120).AsEnumerable().Reverse());
        var anew = _context.Transforms.Conversion.MapValueToKey("Label", nameof(SampleRow.Category)).Fit(reversed);
        var estimator = _context.Transforms.NeuralNet(Samples.Quick());
        ISingleFeaturePredictionTransformer<INeuralNetModel> first = estimator.Fit(asTheyCome.Transform(rows));
        if (loaded)
            first = Reloaded(first, rows);
        Assert.That(() => estimator.Fit(anew.Transform(reversed), first.Model), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.Contains("keys that mean what they meant").And.Message.Contains("classes of 'Label': a, b, c in the model, c, b, a here"));
        Assert.That(() => estimator.Fit(asTheyCome.Transform(reversed), first.Model), Throws.Nothing);
    }

    [Test]
    public void Categories_that_mean_something_else_are_refused()
    {
        IDataView rows = Towns.View(_context, Towns.Rows()), reversed = Towns.View(_context, Towns.Rows().AsEnumerable().Reverse());
        ITransformer mapping = Towns.Mapping(_context).Fit(rows), anew = Towns.Mapping(_context).Fit(reversed);
        var estimator = _context.Transforms.NeuralNet(Towns.Options(nameof(TownRow.Value)));
        INeuralNetModel first = estimator.Fit(mapping.Transform(rows)).Model;
        Assert.That(() => estimator.Fit(anew.Transform(reversed), first), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("categories of 'Town': "));
        Assert.That(() => estimator.Fit(mapping.Transform(reversed), first), Throws.Nothing);
    }

    /// <summary>A nicer name is no other feature, so training goes on; whoever changed the order is told.</summary>
    [Test]
    public void Features_of_other_names_are_told()
    {
        var context = new MLContext(1);
        var log = new LogCapture(context);
        IDataView one = Named(context, "Age", "Calls"), other = Named(context, "Calls", "Age");
        var trainer = context.Regression.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Value)));
        INeuralNetModel first = trainer.Fit(one).Model;
        trainer.Fit(one, (NeuralNetRegressionModelParameters)first);
        Assert.That(log.Warnings, Has.None.Contains("other names"));
        trainer.Fit(other, (NeuralNetRegressionModelParameters)first);
        Assert.That(log.Warnings, Has.One.Contains("features' names: Age, Calls in the model, Calls, Age here"));

        static IDataView Named(MLContext context, params string[] names)
        {
            IDataView rows = context.Data.LoadFromEnumerable(Samples.Rows(60).Select(row => new TwoNumbers { A = row.Features[0], B = row.Features[1], Value = row.Value }).ToArray());
            return context.Transforms.CopyColumns(names[0], nameof(TwoNumbers.A)).Append(context.Transforms.CopyColumns(names[1], nameof(TwoNumbers.B))).Append(context.Transforms.Concatenate("Features", names)).Fit(rows).Transform(rows);
        }
    }

    sealed class TwoNumbers
    {
        public float A { get; set; }
        public float B { get; set; }
        public float Value { get; set; }
    }

    /// <summary>As ML.NET's own retrainable trainers: where 5 % are positive, many a batch has none, and the newest row may be the only one.</summary>
    [TestCase("Label", 1)]
    [TestCase("Label", 4)]
    [TestCase(nameof(SampleRow.Flag), 1)]
    [TestCase(nameof(SampleRow.Flag), 4)]
    [TestCase(nameof(SampleRow.Flags), 4)]
    [TestCase(nameof(SampleRow.Value), 1)]
    [TestCase(nameof(SampleRow.Values), 1)]
    public void Issue_517_a_batch_of_one_class_or_one_row_is_enough_to_go_on_with(string label, int rows)
    {
        List<SampleRow> all = Samples.Rows(200);
        IDataView first = Samples.View(_context, all), batch = _context.Data.TakeRows(_context.Data.FilterByCustomPredicate(first, (SampleRow row) => row.Category != "b"), rows);
        foreach (int? epochs in (int?[])[3, null])
        {
            NeuralNetOptions options = Samples.Quick(label, epochs: 3);
            INeuralNetModel model = _context.Transforms.NeuralNet(options).Fit(first).Model;
            options.NumberOfEpochs = epochs;
            INeuralNetModel next = _context.Transforms.NeuralNet(options).Fit(batch, model).Model;
            Assert.That(next.History.Epochs, Is.Not.Empty);
            Assert.That(Bytes(next), Is.Not.EqualTo(Bytes(model)));
            Assert.That(() => _context.Transforms.NeuralNet(options).Fit(_context.Data.TakeRows(batch, 1)), Throws.InvalidOperationException, "a first training needs more");
        }
    }

    ISingleFeaturePredictionTransformer<INeuralNetModel> Reloaded(ITransformer model, IDataView rows)
    {
        using var stream = new MemoryStream();
        _context.Model.Save(model, rows.Schema, stream);
        stream.Position = 0;
        return (ISingleFeaturePredictionTransformer<INeuralNetModel>)new MLContext().Model.Load(stream, out _);
    }

    [Test]
    public void Training_starts_from_the_models_weights_and_keeps_its_standardization_and_report([Values] bool standardize)
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions untouched = Samples.Quick(nameof(SampleRow.Value), epochs: 0);
        var first = _context.Regression.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(data);
        // Other units: standardized by its own rows, this data would give another model.
        IDataView other = Samples.View(_context, Samples.Rows(60, seed: 3).Select(row => new SampleRow { Features = [.. row.Features.Select(x => 40 * x - 9)], Category = row.Category, Value = row.Value * 100 }));
        untouched.Standardize = standardize;
        var continued = _context.Regression.Trainers.NeuralNet(untouched).Fit(other, first.Model);
        Assert.That(Bytes(continued.Model), Is.EqualTo(Bytes(first.Model)), "no epoch leaves the model as it was");
        Assert.That(continued.Model.Initialization.ToJson(), Is.EqualTo(first.Model.Initialization.ToJson()));
        Assert.That(continued.Model.History.Epochs, Is.Empty);
    }

    /// <summary>One step of SGD from known weights is a closed form: w − η·mean gradient, so where training starts shows in its first step.</summary>
    [Test]
    public void The_first_step_is_taken_from_the_models_weights()
    {
        var rows = new[] { (Features: 1f, Value: 3f), (Features: -1f, Value: -5f) }.Select(row => new SampleRow { Features = [row.Features, 0, 0], Category = "a", Value = row.Value }).ToArray();
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 1);
        (options.HiddenLayers, options.Optimizer, options.LearningRate, options.WeightDecay, options.Standardize) = ([], "SGD", 0.125f, 0, false);
        var trainer = _context.Regression.Trainers.NeuralNet(options);
        NeuralNetRegressionModelParameters first = trainer.Fit(data).Model, second = trainer.Fit(data, first).Model;
        double weight = first.Network.DenseLayers[0].GetWeights()[0], bias = first.Network.DenseLayers[0].GetBiases()[0];
        // The squared residual: gradient = mean of 2·(prediction − value)·feature over the two rows, 0.125 of it a step.
        double residual1 = weight + bias - 3, residual2 = -weight + bias + 5;
        // Each of a dozen float operations on numbers below 8 errs by 2⁻²³·8 at most.
        Assert.That(second.Network.DenseLayers[0].GetWeights()[0], Is.EqualTo(weight - 0.125 * (residual1 - residual2)).Within(12 * 8 * Math.Pow(2, -23)));
        Assert.That(second.Network.DenseLayers[0].GetBiases()[0], Is.EqualTo(bias - 0.125 * (residual1 + residual2)).Within(12 * 8 * Math.Pow(2, -23)));
    }

    [Test]
    public void A_model_is_trained_further_with_validation_rows_of_its_own([Values("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags), "Features")] string label)
    {
        IDataView train = Samples.View(_context), validation = Samples.View(_context, Samples.Rows(60, seed: 12));
        NeuralNetOptions options = Samples.Quick(label, epochs: 40);
        options.LearningRate = 0.02f;
        options.Patience = 3;
        var estimator = _context.Transforms.NeuralNet(options);
        INeuralNetModel first = _context.Transforms.NeuralNet(Samples.Quick(label)).Fit(train).Model, with = estimator.Fit(train, validation, first).Model;

        Assert.That(with.History.Epochs.Select(epoch => epoch.ValidationLoss), Is.All.Not.Null);
        Assert.That(with.History.Epochs[with.History.BestEpoch - 1].ValidationLoss, Is.EqualTo(with.History.Epochs.Min(epoch => epoch.ValidationLoss)));
        // Validation rows change no step: without them, and as many epochs as were best, it is the same model; and from other weights it is another.
        NeuralNetOptions blind = Samples.Quick(label, epochs: with.History.BestEpoch);
        (blind.LearningRate, blind.ValidationFraction) = (options.LearningRate, 0);
        Assert.That(Bytes(_context.Transforms.NeuralNet(blind).Fit(train, first).Model), Is.EqualTo(Bytes(with)));
        Assert.That(Bytes(estimator.Fit(train, validation).Model), Is.Not.EqualTo(Bytes(with)));
    }

    [Test]
    public void Every_trainer_takes_validation_rows_and_a_model_and_checks_both()
    {
        IDataView train = Samples.View(_context), validation = Samples.View(_context, Samples.Rows(60, seed: 12)), none = null!;
        var trainer = _context.MulticlassClassification.Trainers.NeuralNet(Samples.Quick());
        NeuralNetMulticlassModelParameters first = trainer.Fit(train).Model;
        Assert.That(Bytes(trainer.Fit(train, validation, first).Model), Is.EqualTo(Bytes(_context.Transforms.NeuralNet(Samples.Quick()).Fit(train, validation, first).Model)));
        Assert.That(() => trainer.Fit(train, none, first), Throws.ArgumentNullException);
        Assert.That(() => trainer.Fit(train, validation, null!), Throws.ArgumentNullException);
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(train, validation, first), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(nameof(NeuralNetRegressionModelParameters)));
        NeuralNetOptions wider = Samples.Quick();
        wider.HiddenLayers = [9];
        Assert.That(() => _context.Transforms.NeuralNet(wider).Fit(train, validation, first), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("hidden layers: 8 in the model, 9 asked for"));
        IDataView withoutLabel = _context.Transforms.DropColumns("Label").Fit(validation).Transform(validation);
        Assert.That(() => trainer.Fit(train, withoutLabel, first), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("Label"));
    }

    static IEnumerable<TestCaseData> Differences()
    {
        yield return Case(options => options.HiddenLayers = [8, 8], "hidden layers: 8 in the model, 8, 8 asked for");
        yield return Case(options => options.HiddenLayers = [], "hidden layers: 8 in the model, none asked for");
        yield return Case(options => options.Activation = "Tanh", "activations: ReLU in the model, Tanh asked for");

        static TestCaseData Case(Action<NeuralNetOptions> change, string message) => new TestCaseData(change, message).SetArgDisplayNames(message);
    }

    [TestCaseSource(nameof(Differences))]
    public void Another_architecture_is_named(Action<NeuralNetOptions> change, string message)
    {
        IDataView data = Samples.View(_context);
        var first = _context.Transforms.NeuralNet(Samples.Quick(epochs: 1)).Fit(data);
        NeuralNetOptions options = Samples.Quick(epochs: 1);
        change(options);
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(data, first.Model), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message).And.Message.Contains("modelParameters"));
    }

    [Test]
    public void Other_features_classes_or_tasks_are_named()
    {
        List<SampleRow> rows = Samples.Rows(60);
        IDataView data = Samples.View(_context, rows), twoClasses = Samples.View(_context, rows.Where(row => row.Category != "c"));
        IDataView wide = _context.Transforms.Concatenate("Features", "Features", "Weight").Fit(data).Transform(data);
        var estimator = _context.Transforms.NeuralNet(Samples.Quick(epochs: 1));
        INeuralNetModel first = estimator.Fit(data).Model;
        Assert.That(() => estimator.Fit(wide, first), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("features: 3 in the model, 4 asked for"));
        Assert.That(() => estimator.Fit(twoClasses, first), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("classes of 'Label': a, b, c in the model, a, b here"));
        var regression = _context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value), epochs: 1));
        Assert.That(() => regression.Fit(data, first), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.Contains(nameof(NeuralNetMulticlassModelParameters)).And.Message.Contains(nameof(NeuralNetRegressionModelParameters)).And.Message.Contains("'Value'"));
        Assert.That(() => estimator.Fit(data, (INeuralNetModel)null!), Throws.TypeOf<ArgumentNullException>());
    }

    [Test]
    public void Every_trainer_says_that_it_can_go_on()
    {
        Assert.That(_context.MulticlassClassification.Trainers.NeuralNet().Info.SupportsIncrementalTraining);
        IDataView data = Samples.View(_context);
        var trainer = _context.BinaryClassification.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Flag), epochs: 30));
        var first = trainer.Fit(data);
        var second = trainer.Fit(data, first.Model);
        Assert.That(second.Model.History.Epochs[0].TrainingLoss, Is.LessThan(first.Model.History.Epochs[^1].TrainingLoss * 1.05), "it begins where the first ended");
    }

    static byte[] Bytes(INeuralNetModel model)
    {
        using var stream = new MemoryStream();
        model.Network.Save(stream);
        return stream.ToArray();
    }
}
