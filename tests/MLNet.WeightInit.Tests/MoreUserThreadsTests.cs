using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Further threads of github.com/dotnet/machinelearning, after <see cref="UserThreadsTests"/>: those whose wish is a whole that several features make up.</summary>
[TestFixture]
public sealed class MoreUserThreadsTests
{
    readonly MLContext _context = new(seed: 1);

    /// <summary>"No GPU support = no real use." Training stays on the CPU; what is exported is the default operators alone, which every runtime has, those on a GPU too, and needs nothing of ML.NET.</summary>
    [Test]
    public void Thread_86_an_exported_network_runs_in_a_runtime_without_ML_NET()
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        (options.Residual, options.HiddenLayers, options.Normalization) = (new ResidualBlocks(2), [8, 6, 8], "batch");
        var model = _context.Transforms.NeuralNet(options).Fit(data);
        using var file = new MemoryStream();
        _context.Model.ConvertToOnnx(model, _context.Data.LoadFromEnumerable(new[] { new FeatureRow() }), file);
        using var session = new InferenceSession(file.ToArray());
        float[][] rows = [.. Samples.Rows(40, seed: 3).Select(row => row.Features)];
        var inputs = new DenseTensor<float>(rows.SelectMany(row => row).ToArray().AsMemory(), new[] { rows.Length, 3 });
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(session.InputMetadata.Keys.Single(), inputs)]);
        float[] there = [.. results.Single(result => result.Name.StartsWith("Score", StringComparison.Ordinal)).AsEnumerable<float>()], own = [.. rows.Select(row =>
        {
            var score = new float[1];
            model.Model.Network.Predict(row, score);
            return score[0];
        })];
        // Sums of a few products in another order, through four layers: some roundings of 2⁻²⁴ of values below 20.
        Assert.That(there, Is.EqualTo(own).Within(5e-5), "the whole block at once");
    }

    /// <summary>"What does the weight column do?" asks 6708 too: a row of weight 2 is that row twice.</summary>
    [Test]
    public void Thread_705_a_multiclass_row_with_weight_two_counts_as_two_rows()
    {
        List<SampleRow> weighted = Samples.Rows(60), repeated = [.. weighted.SelectMany(row => Enumerable.Repeat(row, (int)row.Weight))];
        float[] Scores(List<SampleRow> rows, string? weights)
        {
            NeuralNetOptions options = Samples.Quick(epochs: 30);
            // All rows in one step, and nothing that counts rows: no mean and deviation of features, no prior of the classes, no decay by their number.
            (options.Optimizer, options.LearningRate, options.BatchSize, options.Standardize, options.BiasInit, options.WeightDecay, options.ValidationFraction) = ("SGD", 0.3f, 1_000, false, "zeros", 0, 0);
            (options.ExampleWeightColumnName, options.HiddenLayers, options.Init) = (weights, [], "zeros");
            return [.. _context.MulticlassClassification.Trainers.NeuralNet(options).Fit(Samples.View(_context, rows)).Transform(Samples.View(_context, weighted)).GetColumn<float[]>("Score").SelectMany(row => row)];
        }

        Assert.That(repeated, Has.Count.EqualTo(90));
        float[] expected = Scores(repeated, null);
        // The same sums in another order, thirty times: some roundings of 2⁻²⁴ a step.
        Assert.That(Scores(weighted, nameof(SampleRow.Weight)), Is.EqualTo(expected).Within(2e-5));
        Assert.That(Scores(weighted, null), Is.Not.EqualTo(expected).Within(1e-3));
    }

    /// <summary>"Not purchased to purchased is 48 to 1", and sampling by hand leaks rows into the test: weights need no copy of a row, and no code.</summary>
    [Test]
    public void Thread_4028_one_purchase_in_49_is_found_without_sampling()
    {
        // A purchase moves the first feature by 3 deviations of the others.
        float[] noise = new float[4_900 * 3];
        new RandomSource(7, "purchases").FillNormal(noise, 1);
        SampleRow[] rows = [.. Enumerable.Range(0, 4_900).Select(i => new SampleRow { Flag = i % 49 == 0, Features = [noise[3 * i] + (i % 49 == 0 ? 3 : 0), noise[3 * i + 1], noise[3 * i + 2]] })];
        var split = _context.Data.TrainTestSplit(_context.Data.LoadFromEnumerable(rows), testFraction: 0.3, seed: 1);
        BinaryClassificationMetrics Train(ClassWeights? weights)
        {
            NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Flag), epochs: 15);
            (options.ClassWeights, options.LearningRate) = (weights, 0.01f);
            return _context.BinaryClassification.Evaluate(_context.BinaryClassification.Trainers.NeuralNet(options).Fit(split.TrainSet).Transform(split.TestSet), nameof(SampleRow.Flag));
        }

        BinaryClassificationMetrics plain = Train(null), balanced = Train(ClassWeights.Balanced);
        // The best rule for equal shares, a threshold at 1.5, finds 93 % of the purchases; for shares of 1 to 48, at 1.5 + ln 48 / 3 = 2.8, 58 %. About 30 are in the test: three standard errors are 14 and 27 %.
        Assert.That(balanced.PositiveRecall, Is.GreaterThan(0.79));
        Assert.That(balanced.PositiveRecall, Is.GreaterThan(plain.PositiveRecall));
        Assert.That(balanced.AreaUnderRocCurve, Is.GreaterThan(0.95), "0.983 is the best possible");
    }

    /// <summary>"I can see EarlyStoppingRound, but I cannot see a way to set a validation set"; 1271 wants a second argument of Fit.</summary>
    [Test]
    public void Thread_752_early_stopping_has_a_number_of_rounds_and_a_validation_set()
    {
        IDataView train = Samples.View(_context, Samples.Rows(30)), validation = Samples.View(_context, Samples.Rows(300, seed: 8));
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Flag), epochs: 2_000);
        (options.Patience, options.LearningRate, options.HiddenLayers) = (10, 0.02f, [64]);
        TrainingHistory history = _context.BinaryClassification.Trainers.NeuralNet(options).Fit(train, validation).Model.History;
        Assert.That(history.Epochs, Has.Count.EqualTo(history.BestEpoch + 10).And.Count.LessThan(2_000));
        Assert.That(history.StopReason, Does.StartWith("Stopped early"));
        Assert.That(history.Epochs[history.BestEpoch - 1].ValidationLoss, Is.EqualTo(history.Epochs.Min(epoch => epoch.ValidationLoss)));
    }

    sealed class FeatureRow
    {
        [VectorType(SampleRow.FeatureCount)]
        public float[] Features { get; set; } = [];
    }
}
