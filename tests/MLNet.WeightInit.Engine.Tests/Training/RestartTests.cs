using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Data;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Trials of a rate take one another's memory: nothing of the one before may be left in it.</summary>
[TestFixture]
internal sealed class RestartTests
{
    const int Batch = 25;

    static IEnumerable<TestCaseData> Trained()
    {
        TrainingSet classes = Trainings.Rings(100, features: 20), values = Trainings.Waves(100, features: 20), sparse = SparseSets.Create(100, 300, 0.05), blends = Trainings.Blends(100, features: 20, weighted: true);
        TrainingOptions plain = Options(NetworkTask.Multiclass, 3);
        yield return Case("Adam", classes, plain);
        yield return Case("LAMB", classes, Options(NetworkTask.Multiclass, 3, "LAMB"));
        yield return Case("Momentum", values, Options(NetworkTask.Regression, 1, "Momentum"));
        yield return Case("Lion", values, Options(NetworkTask.Regression, 1, "Lion"));
        yield return Case("dropout", classes, plain with { Dropout = new Dropout(0.3f, isAlpha: false) });
        yield return Case("batch normalization", classes, plain with { Normalization = Normalization.Batch });
        yield return Case("weight normalization, L1, max-norm, clipping by norm", values,
            Options(NetworkTask.Regression, 1) with { WeightNormalization = true, L1 = 1e-3f, MaxNorm = 1.5f, GradientClipping = new GradientClipping(isByNorm: true, 0.5f) });
        yield return Case("sparse rows", sparse, plain with { Standardize = false });
        yield return Case("sparse rows, all weights", sparse, plain with { Standardize = false, MaxNorm = 2 });
        yield return Case("embeddings", Trainings.WithCategories(100, features: 20), plain with { Embeddings = Trainings.Categories() });
        yield return Case("tied weights", blends, Options(NetworkTask.Regression, 20, hidden: [12, 5, 12]) with { TiedWeights = true });

        static TestCaseData Case(string name, TrainingSet data, TrainingOptions options) => new TestCaseData(data, options).SetArgDisplayNames(name);
    }

    static TrainingOptions Options(NetworkTask task, int outputs, string optimizer = "Adam", int[]? hidden = null) => Trainings.Options(task, outputs, hidden ?? [40, 17], "Tanh", optimizer: optimizer, init: "glorot", batchSize: Batch, epochs: 0);

    [TestCaseSource(nameof(Trained))]
    public void A_step_that_begins_again_is_a_new_one(TrainingSet data, TrainingOptions options)
    {
        FeedForwardNetwork start = NetworkTrainer.Train(data, options).Network;
        (TrainingStep fresh, TrainingStep used) = (Begin(start, data, options), Begin(start, data, options));
        double[] expected = Run(fresh, 0, 6);
        Run(used, 40, 3);
        used.Restart(start.Parameters.Span);
        Assert.That(Run(used, 0, 6), Is.EqualTo(expected));
        Assert.That(used.Pass.Network.Parameters.Span.SequenceEqual(fresh.Pass.Network.Parameters.Span), Is.True);
        Assert.That(expected.Distinct().Count(), Is.EqualTo(expected.Length), "the network is trained");
    }

    /// <summary>Choices of dropout and a batch's statistics included, which scoring the rows would not have; bit for bit.</summary>
    [TestCaseSource(nameof(Trained))]
    public void A_loss_as_trained_is_that_of_the_step(TrainingSet data, TrainingOptions options)
    {
        FeedForwardNetwork start = NetworkTrainer.Train(data, options).Network;
        TrainingStep step = Begin(start, data, options);
        Run(step, 40, 2);
        float[] before = step.Pass.Network.Parameters.Span.ToArray();
        int[] rows = [.. Enumerable.Range(3, Batch)];
        double expected = step.Run(rows, 0.01f);
        Assert.That(step.LossAsTrained(rows), Is.Not.EqualTo(expected), "of the weights after the step");
        before.CopyTo(step.Pass.Network.Parameters.Span);
        step.Pass.Network.ParametersChanged();
        Assert.That(step.LossAsTrained(rows), Is.EqualTo(expected));
    }

    static TrainingStep Begin(FeedForwardNetwork start, TrainingSet data, TrainingOptions options)
    {
        var network = new FeedForwardNetwork(start.Layout, start.Task, start.FeatureScale, start.TargetScale);
        start.Parameters.Span.CopyTo(network.Parameters.Span);
        PassKernels kernels = PassKernels.Create(SimdLevels.Best, WorkerPool.CallerOnly);
        int tensors = 2 * start.Layout.Layers.Count + start.Layout.Embeddings.Count;
        return new TrainingStep(network, new BatchGatherer(data, start.FeatureScale, start.TargetScale, 1, kernels.Rows, Batch), options, kernels, [.. Enumerable.Repeat(1f, tensors)], weightDecay: 0.01f);
    }

    static double[] Run(TrainingStep step, int firstRow, int steps)
        => [.. Enumerable.Range(0, steps).Select(i => step.Run([.. Enumerable.Range(0, Batch).Select(row => (firstRow + 7 * i + row) % 100)], 1e-3f * (i + 1)))];
}
