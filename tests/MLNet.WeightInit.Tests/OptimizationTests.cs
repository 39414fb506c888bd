using Microsoft.ML;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Options of NeuralNetOptions.Optimization.cs, from a pipeline to a saved model.</summary>
[TestFixture]
public sealed class OptimizationTests
{
    [Test]
    public void A_schedule_shows_in_the_history_of_a_saved_model()
    {
        var context = new MLContext(seed: 1);
        IDataView data = Samples.View(context);
        NeuralNetOptions options = Samples.Quick(epochs: 4);
        options.LearningRate = 0.01f;
        options.Schedule = "step(step_size=2, gamma=0.5)";
        ITransformer model = context.Transforms.NeuralNet(options).Fit(data);
        ITransformer loaded = context.Model.Load(new MemoryStream(ModelZip.Save(context, model, data.Schema)), out _);
        var history = ((ISingleFeaturePredictionTransformer<INeuralNetModel>)loaded).Model.History;
        Assert.That(history.Epochs.Select(epoch => epoch.LearningRate), Is.EqualTo([0.01f, 0.01f, 0.005f, 0.005f]).Within(1).Ulps);
    }

    [Test]
    public void A_schedule_that_does_not_fit_the_training_says_so()
    {
        var context = new MLContext(seed: 1);
        NeuralNetOptions options = Samples.Quick(epochs: 4);
        options.Schedule = "constant(warmup=10)";
        Assert.That(() => context.Transforms.NeuralNet(options).Fit(Samples.View(context)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("shorter than the training"));
    }

    static IEnumerable<TestCaseData> StepOptions()
    {
        yield return Case("norm", options => options.GradientClipping = "norm(0.01)");
        yield return Case("value", options => options.GradientClipping = "value(0.001)");
        yield return Case("l1", options => options.L1Regularization = 0.1f);
        yield return Case("max-norm", options => options.MaxNorm = 0.1f);
        yield return Case("weight normalization", options => options.WeightNormalization = true);
        yield return Case("ema", options => options.EmaDecay = 0.9f);
        yield return Case("lion", options => options.Optimizer = "Lion");
        yield return Case("lamb", options => options.Optimizer = "LAMB");
        yield return Case("l-bfgs", options => options.Optimizer = "L-BFGS");
        yield return Case("warm-up", options => options.Schedule = "one_cycle(warmup=1)");

        static TestCaseData Case(string name, Action<NeuralNetOptions> change) => new TestCaseData(change).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(StepOptions))]
    public void Every_option_reaches_the_training_and_the_model_survives_saving(Action<NeuralNetOptions> change)
    {
        var context = new MLContext(seed: 1);
        IDataView data = Samples.View(context);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        ITransformer plain = context.Transforms.NeuralNet(options).Fit(data);
        change(options);
        ITransformer changed = context.Transforms.NeuralNet(options).Fit(data);
        string[] scores = SchemaComparison.Cells(changed.Transform(data), "Score");
        Assert.That(scores, Is.Not.EqualTo(SchemaComparison.Cells(plain.Transform(data), "Score")));
        ITransformer loaded = context.Model.Load(new MemoryStream(ModelZip.Save(context, changed, data.Schema)), out _);
        Assert.That(SchemaComparison.Cells(loaded.Transform(data), "Score"), Is.EqualTo(scores));
    }

    static IEnumerable<TestCaseData> WhatLbfgsRefuses()
    {
        yield return Case(nameof(NeuralNetOptions.Dropout), options => options.Dropout = 0.5f);
        yield return Case(nameof(NeuralNetOptions.Schedule), options => options.Schedule = "cosine");
        yield return Case(nameof(NeuralNetOptions.Schedule), options => options.Schedule = "constant(warmup=1)");
        yield return Case(nameof(NeuralNetOptions.GradientClipping), options => options.GradientClipping = "norm");
        yield return Case(nameof(NeuralNetOptions.MaxNorm), options => options.MaxNorm = 3);
        yield return Case(nameof(NeuralNetOptions.L1Regularization), options => options.L1Regularization = 0.1f);
        yield return Case(nameof(NeuralNetOptions.EmaDecay), options => options.EmaDecay = 0.9f);
        yield return Case(nameof(NeuralNetOptions.WeightNormalization), options => options.WeightNormalization = true);
        yield return Case(nameof(NeuralNetOptions.TiedWeights), options => (options.TiedWeights, options.LabelColumnName) = (true, options.FeatureColumnName!));
        yield return Case(nameof(NeuralNetOptions.Normalization), options => options.Normalization = "batch");

        static TestCaseData Case(string option, Action<NeuralNetOptions> change) => new TestCaseData(option, change).SetArgDisplayNames(option);
    }

    [TestCaseSource(nameof(WhatLbfgsRefuses))]
    public void What_L_BFGS_can_not_have_is_named_before_data_is_read(string option, Action<NeuralNetOptions> change)
    {
        var context = new MLContext(seed: 1);
        NeuralNetOptions options = Samples.Quick();
        change(options);
        Assert.That(() => context.Transforms.NeuralNet(options), Throws.Nothing);
        options.Optimizer = "L-BFGS";
        Assert.That(() => context.Transforms.NeuralNet(options), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property(nameof(ArgumentException.ParamName)).EqualTo(option).And.Message.Contains("L-BFGS can't have this"));
    }

    [Test]
    public void L_BFGS_trains_small_data_of_every_task_without_a_learning_rate([Values("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags))] string label)
    {
        var context = new MLContext(seed: 1);
        IDataView data = Samples.View(context);
        NeuralNetOptions options = Samples.Quick(label);
        (options.NumberOfEpochs, options.ExampleWeightColumnName) = (null, nameof(SampleRow.Weight));
        INeuralNetModel adam = context.Transforms.NeuralNet(options).Fit(data).Model;
        options.Optimizer = "l-bfgs(memory=5)";
        INeuralNetModel lbfgs = context.Transforms.NeuralNet(options).Fit(data).Model;
        // Both end where cross-validation finds its lowest loss; the two need not be equal, but neither is far off.
        Assert.That(Lowest(lbfgs), Is.LessThan(1.5 * Lowest(adam) + 0.01));
        Assert.That(lbfgs.History.Epochs, Has.Count.LessThan(200));
        Assert.That(() => context.WeightInit.FindLearningRate(data, options), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("no learning rate to find"));

        static double Lowest(INeuralNetModel model) => model.History.Epochs.Min(epoch => epoch.ValidationLoss!.Value);
    }

    [Test]
    public void The_rate_that_a_search_suggests_trains([Values("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value))] string label)
    {
        var context = new MLContext(seed: 1);
        IDataView data = Samples.View(context);
        NeuralNetOptions options = Samples.Quick(label, epochs: 10);
        LearningRateSearch search = context.WeightInit.FindLearningRate(data, options);
        Assert.That(search.Points, Has.Count.InRange(20, 100));
        Assert.That(search.Points[0].LearningRate, Is.EqualTo(1e-7f).Within(1).Ulps);
        Assert.That(search.Suggestion, Is.GreaterThan(1e-5f).And.LessThan(1));
        Assert.That(options.NumberOfEpochs, Is.EqualTo(10), "the caller's options stay as they are");
        options.LearningRate = search.Suggestion!.Value;
        TrainingHistory history = context.Transforms.NeuralNet(options).Fit(data).Model.History;
        Assert.That(history.Epochs[^1].TrainingLoss, Is.LessThan(search.Points[0].Loss / 2));
    }

    /// <summary>A search is short and leaves nothing behind, whatever the training that it is for would do.</summary>
    [Test]
    public void What_ends_or_saves_a_training_does_not_reach_a_search_or_a_comparison()
    {
        var context = new MLContext(seed: 1);
        IDataView data = Samples.View(context);
        IReadOnlyList<LearningRatePoint> expected = context.WeightInit.FindLearningRate(data, Samples.Quick()).Points;
        NeuralNetOptions options = Samples.Quick();
        (options.CheckpointPath, options.CheckpointEveryEpochs, options.CheckpointEveryMinutes) = ("no folder/of/this/name/x", 2, 1);
        (options.MaximumSteps, options.MaximumDuration) = (20, TimeSpan.FromTicks(1));
        Assert.That(context.WeightInit.FindLearningRate(data, options).Points, Is.EqualTo(expected));
        Assert.That(context.WeightInit.Compare(data, options, ["He"], seeds: 2, steps: 3).Candidates, Has.Count.EqualTo(1));
        Assert.That(context.WeightInit.Diagnose(data, options).ProbeRows, Is.EqualTo(200));
    }

    [Test]
    public void Searches_of_one_seed_are_equal_and_end_where_numbers_do()
    {
        var context = new MLContext(seed: 1);
        IDataView data = Samples.View(context);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.Optimizer = "SGD";
        options.HiddenLayers = [8, 8, 8];
        LearningRateSearch first = context.WeightInit.FindLearningRate(data, options, lowest: 1e-3f, highest: 1e30f, steps: 50);
        options.NumberOfThreads = 2;
        Assert.That(context.WeightInit.FindLearningRate(data, options, lowest: 1e-3f, highest: 1e30f, steps: 50).Points, Is.EqualTo(first.Points));
        Assert.That(first.Points, Has.Count.LessThan(50));
        Assert.That(first.Points.Select(point => point.Loss), Is.All.Matches<double>(double.IsFinite));
    }

    [TestCase(0f, 1f, 100, "lowest")]
    [TestCase(1f, 1f, 100, "highest")]
    [TestCase(1f, float.PositiveInfinity, 100, "highest")]
    [TestCase(1e-3f, 1f, 1, "steps")]
    public void A_search_over_nothing_is_an_error(float lowest, float highest, int steps, string parameter)
    {
        var context = new MLContext(seed: 1);
        Assert.That(() => context.WeightInit.FindLearningRate(Samples.View(context), Samples.Quick(), lowest, highest, steps),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property(nameof(ArgumentException.ParamName)).EqualTo(parameter));
    }
}
