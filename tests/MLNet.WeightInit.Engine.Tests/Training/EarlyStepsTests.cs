using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Data;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>What is recorded of the first steps, against the same training done naively in double precision and against networks compared by hand.</summary>
[TestFixture]
internal sealed class EarlyStepsTests
{
    static readonly TrainingSet s_rings = Trainings.Rings(300, features: 5, weighted: true), s_plane = Trainings.Rings(40, features: 3, classes: 2);

    /// <summary>A linear model under SGD has a gradient by hand: 2 Σ r x / n, and its step is exactly the rate times that.</summary>
    [Test]
    public void Steps_of_gradient_descent_are_those_of_a_naive_one([Values(0.02f, 0.2f)] float rate)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [], optimizer: "SGD", init: "normal(deviation=0.5)", learningRate: rate, batchSize: 64, epochs: 25) with { Standardize = false, WeightDecay = 0 };
        FeedForwardNetwork start = NetworkTrainer.Train(s_plane, options with { NumberOfEpochs = 0 }).Network;
        EarlyTraining early = NetworkTrainer.Train(s_plane, options).Initialization.EarlyTraining!;
        Assert.That(early.Steps, Has.Count.EqualTo(20));
        Assert.That(early.RatioSteps, Is.EqualTo(Enumerable.Range(1, 20)));

        double[] weights = [.. start.DenseLayers[0].GetWeights()];
        double bias = start.DenseLayers[0].GetBiases()[0];
        for (int step = 0; step < 20; step++)
        {
            double[] gradient = new double[3];
            double ofBias = 0, loss = 0;
            for (int row = 0; row < 40; row++)
            {
                double residual = bias - s_plane.Targets[row];
                for (int i = 0; i < 3; i++)
                    residual += weights[i] * s_plane.Row(row)[i];
                loss += residual * residual / 40;
                ofBias += residual / 20;
                for (int i = 0; i < 3; i++)
                    gradient[i] += residual * s_plane.Row(row)[i] / 20;
            }
            double ofWeights = Norm(gradient), size = Norm(weights);
            // 40 additions in 32 bits err by 40 · 2⁻²⁴ of their sizes, which cancel to no less than a tenth here: 3e-5. The ratio is kept to three digits, half of the last being 5e-3 of it.
            Assert.That(early.Steps[step].Step, Is.EqualTo(step + 1));
            Assert.That(early.Steps[step].Loss, Is.EqualTo(loss).Within(3e-5 * loss), $"step {step + 1}");
            Assert.That(early.Steps[step].GradientNorm, Is.EqualTo(Math.Sqrt(ofWeights * ofWeights + ofBias * ofBias)).Within(1e-4 * ofWeights + 1e-6), $"step {step + 1}");
            Assert.That(early.Layers[0].UpdateRatios[step], Is.EqualTo(rate * ofWeights / size).Within(5.2e-3 * rate * ofWeights / size + 1e-6), $"step {step + 1}");
            for (int i = 0; i < 3; i++)
                weights[i] -= rate * gradient[i];
            bias -= rate * ofBias;
        }
    }

    /// <summary>The first step's gradient is the same whatever is done to it before it is used.</summary>
    [TestCase("norm(0.01)", 0, "SGD")]
    [TestCase("value(0.0001)", 0, "SGD")]
    [TestCase("value(0.0001)", 0, "Adam")]
    [TestCase(null, 0.3f, "SGD")]
    [TestCase("norm(0.01)", 0.3f, "Adam")]
    [TestCase(null, 0, "LAMB")]
    [TestCase("norm(0.01)", 0, "LAMB")]
    [TestCase("value(0.0001)", 0.3f, "LAMB")]
    public void The_gradient_is_measured_before_clipping_L1_and_the_optimizer(string? clipping, float l1, string optimizer)
    {
        TrainingOptions plain = Trainings.Options(NetworkTask.Multiclass, 3, [130, 40], optimizer: "SGD", learningRate: 0.05f, batchSize: 64, epochs: 2);
        double expected = First(s_rings, plain).GradientNorm;
        TrainingOptions other = plain with { Optimizer = Optimizers.Parse(optimizer), GradientClipping = clipping is null ? null : GradientClipping.Parse(clipping), L1 = l1 };
        foreach (int threads in (int[])[1, 3])
            Assert.That(First(s_rings, other with { Threads = threads }).GradientNorm, Is.EqualTo(expected).Within(2e-6 * expected), "six digits");
    }

    [Test]
    public void The_gradient_of_a_lazy_layer_is_measured_before_clipping_too()
    {
        TrainingSet sparse = SparseSets.Create(200, 900, 0.03);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [40], optimizer: "SGD", learningRate: 0.05f, batchSize: 64, epochs: 7);
        EarlyTraining plain = Early(sparse, options), clipped = Early(sparse, options with { GradientClipping = GradientClipping.Parse("value(1000)") });
        Assert.That(clipped.Steps.Select(step => step.GradientNorm), Is.EqualTo(plain.Steps.Select(step => step.GradientNorm)).Within(1e-5).Percent, "a limit that no number reaches");
        Assert.That(First(sparse, options with { GradientClipping = GradientClipping.Parse("value(1e-6)") }).GradientNorm, Is.EqualTo(plain.Steps[0].GradientNorm).Within(1e-3).Percent);
        Assert.That(First(SparseSets.Dense(sparse), options with { Standardize = false }).GradientNorm, Is.GreaterThan(0));
    }

    static IEnumerable<TestCaseData> Movements()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [24, 16], epochs: 6, batchSize: 64);
        yield return Case("plain", s_rings, options);
        yield return Case("the best epoch", s_rings, options with { NumberOfEpochs = 60, ValidationFraction = 0.3f, Patience = 4, LearningRate = 0.05f });
        yield return Case("averaged weights", s_rings, options with { EmaDecay = 0.95f });
        yield return Case("L-BFGS", s_rings, options with { Optimizer = Optimizers.Parse("L-BFGS") });
        yield return Case("normalized weights", s_rings, options with { WeightNormalization = true });
        yield return Case("max-norm", s_rings, options with { MaxNorm = 0.5f });
        yield return Case("the search for epochs", s_rings, options with { NumberOfEpochs = null, Patience = 2 });
        yield return Case("sparse", SparseSets.Create(200, 900, 0.03), options);
        yield return Case("batch normalization", s_rings, options with { Normalization = Normalization.Batch });
        yield return Case("tied weights", Trainings.Blends(150), Trainings.Options(NetworkTask.Regression, 8, [5, 3, 5], epochs: 4) with { TiedWeights = true });

        TestCaseData Case(string name, TrainingSet data, TrainingOptions used) => new TestCaseData(data, used).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Movements))]
    public void Movement_is_that_of_the_returned_weights_from_the_initial_ones(TrainingSet data, TrainingOptions options)
    {
        TrainingResult trained = NetworkTrainer.Train(data, options);
        FeedForwardNetwork start = NetworkTrainer.Train(data, options with { NumberOfEpochs = 0 }).Network;
        AssertMoved(trained, start);
    }

    [Test]
    public void A_training_that_goes_on_moves_from_the_models_weights()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [24, 16], epochs: 3, batchSize: 64);
        TrainingResult first = NetworkTrainer.Train(s_rings, options), second = NetworkTrainer.Train(s_rings, options, start: new TrainingStart(first.Network, first.Initialization));
        AssertMoved(second, first.Network);
        Assert.That(second.Initialization.EarlyTraining!.Steps[0].Loss, Is.LessThan(first.Initialization.EarlyTraining!.Steps[0].Loss));
        Assert.That(second.Initialization.EarlyTraining!.Layers[0].DeadFractionBefore, Is.EqualTo(first.Initialization.EarlyTraining!.Layers[0].DeadFraction), "the same rows");
        Assert.That(NetworkTrainer.Train(s_rings, options with { Diagnostics = DiagnosticsLevel.Off }, start: new TrainingStart(first.Network, first.Initialization)).Initialization.EarlyTraining, Is.Null, "it is of another training");
    }

    static void AssertMoved(TrainingResult trained, FeedForwardNetwork start)
    {
        EarlyTraining early = trained.Initialization.EarlyTraining!;
        Assert.That(early.Layers.Select(layer => layer.Layer), Is.EqualTo(start.DenseLayers.Select(layer => layer.Name)));
        for (int layer = 0; layer < start.DenseLayers.Count; layer++)
        {
            double[] before = [.. start.DenseLayers[layer].GetWeights()], after = [.. trained.Network.DenseLayers[layer].GetWeights()];
            Assert.That(early.Layers[layer].Movement, Is.EqualTo(Norm([.. after.Zip(before, (a, b) => a - b)]) / Norm(before)).Within(0.51).Percent, "three digits");
        }
    }

    [Test]
    public void Embeddings_have_a_row_each()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16], epochs: 4) with { Embeddings = Trainings.Categories() };
        TrainingSet data = Trainings.WithCategories(150);
        TrainingResult trained = NetworkTrainer.Train(data, options);
        FeedForwardNetwork start = NetworkTrainer.Train(data, options with { NumberOfEpochs = 0 }).Network;
        LayerChange[] tables = [.. trained.Initialization.EarlyTraining!.Layers.Skip(2)];
        Assert.That(tables.Select(table => table.Layer), Is.EqualTo(trained.Initialization.Embeddings.Select(embedding => embedding.Embedding)));
        for (int i = 0; i < tables.Length; i++)
        {
            double[] before = [.. start.Vectors(start.Layout.Embeddings[i])], after = [.. trained.Network.Vectors(start.Layout.Embeddings[i])];
            Assert.That(tables[i].Movement, Is.EqualTo(Norm([.. after.Zip(before, (a, b) => a - b)]) / Norm(before)).Within(0.51).Percent);
            Assert.That(tables[i].UpdateRatios, Has.All.GreaterThan(0));
            Assert.That(tables[i].DeadFraction, Is.NaN);
        }
    }

    [Test]
    public void A_zero_output_layer_has_no_ratio_in_the_first_step_and_one_from_the_second_on()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16], epochs: 6, batchSize: 64) with { WeightDecay = 0, OutputInit = InitializerRegistry.CreateDefault().Parse("zeros") };
        EarlyTraining early = Early(s_rings, options);
        Assert.That(early.Layers[1].UpdateRatios[0], Is.NaN);
        Assert.That(early.Layers[1].UpdateRatios.Skip(1), Has.All.GreaterThan(0));
        Assert.That(early.Layers[1].Movement, Is.NaN);
        Assert.That(early.Layers[0].UpdateRatios[0], Is.Zero, "nothing reaches it yet");
        Assert.That(early.Findings, Is.Empty, "a layer that starts at 0 is not judged");
    }

    [Test]
    public void A_shorter_training_has_fewer_steps_and_none_has_no_early_training()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16], batchSize: 150, epochs: 3);
        Assert.That(Early(s_rings, options).Steps, Has.Count.EqualTo(6));
        Assert.That(NetworkTrainer.Train(s_rings, options with { NumberOfEpochs = 0 }).Initialization.EarlyTraining, Is.Null);
        Assert.That(NetworkTrainer.Train(s_rings, options with { Diagnostics = DiagnosticsLevel.Off }).Initialization.EarlyTraining, Is.Null);
        Assert.That(Early(s_rings, options with { Optimizer = Optimizers.Parse("L-BFGS"), NumberOfEpochs = 30 }).Steps, Has.Count.EqualTo(20), "iterations");
    }

    [Test]
    public void Losses_of_L_BFGS_are_those_of_its_history()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16], optimizer: "L-BFGS", epochs: 8);
        TrainingResult result = NetworkTrainer.Train(s_rings, options);
        EarlyTraining early = result.Initialization.EarlyTraining!;
        Assert.That(early.Steps.Select(step => step.Loss), Is.EqualTo(result.History.Epochs.Select(epoch => epoch.TrainingLoss)).Within(1e-3).Percent);
        Assert.That(early.Steps.Select(step => step.GradientNorm), Is.EqualTo(result.History.Epochs.Select(epoch => epoch.GradientNorm!.Value)).Within(1e-3).Percent);
    }

    /// <summary>One batch is an epoch: its loss is the history's, with whatever weights and labels.</summary>
    [Test]
    public void Losses_of_whole_batches_are_those_of_the_history([Values] bool classWeights)
    {
        TrainingOptions options = Trainings.HeadsOptions(classWeights ? Trainings.ClassWeightedLoss : Trainings.MixedLoss, [12], batchSize: 1_000, epochs: 5);
        TrainingResult result = NetworkTrainer.Train(Trainings.Mixed(150, weighted: true), options with { ValidationFraction = 0, EarlyStopping = false });
        Assert.That(result.Initialization.EarlyTraining!.Steps.Select(step => step.Loss), Is.EqualTo(result.History.Epochs.Select(epoch => epoch.TrainingLoss)).Within(1e-3).Percent);
        Assert.That(result.Initialization.EarlyTraining!.Steps.Select(step => step.GradientNorm), Is.EqualTo(result.History.Epochs.Select(epoch => epoch.GradientNorm!.Value)).Within(1e-3).Percent);
    }

    [Test]
    public void A_loss_that_is_not_finite_ends_the_steps_and_leaves_them_in_the_exception()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [16], optimizer: "SGD", learningRate: 100, batchSize: 64, epochs: 10);
        EarlyTraining early = Assert.Throws<NonFiniteTrainingException>(() => NetworkTrainer.Train(Trainings.Waves(300), options))!.Initialization.EarlyTraining!;
        Assert.That(early.Steps, Has.Count.InRange(2, 20));
        Assert.That(double.IsFinite(early.Steps[^1].Loss), Is.False);
        Assert.That(early.Steps.SkipLast(1).Select(step => step.Loss), Has.All.Matches<double>(double.IsFinite));
        Assert.That(early.Layers.Select(layer => (layer.UpdateRatios[^1], layer.Movement, layer.DeadFraction)), Has.All.EqualTo((double.NaN, double.NaN, double.NaN)));
        Assert.That(early.Findings, Is.Empty, "the exception says it");
    }

    static IEnumerable<TestCaseData> Trained()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [256, 130], epochs: 5, batchSize: 64);
        yield return Case("plain", options);
        yield return Case("clipped by value", options with { GradientClipping = GradientClipping.Parse("value(0.01)") });
        yield return Case("clipped by norm", options with { GradientClipping = GradientClipping.Parse("norm(0.1)") });
        yield return Case("L1, averaged", options with { L1 = 1e-4f, EmaDecay = 0.9f });
        yield return Case("LAMB", options with { Optimizer = Optimizers.Parse("LAMB") });
        yield return Case("normalized weights", options with { WeightNormalization = true, GradientClipping = GradientClipping.Parse("value(0.01)") });
        yield return Case("batch normalization, dropout", options with { Normalization = Normalization.Batch, Dropout = new Dropout(0.2f, isAlpha: false), ValidationFraction = 0.2f });

        TestCaseData Case(string name, TrainingOptions used) => new TestCaseData(used).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Trained))]
    [Category("Determinism")]
    public void Recording_changes_no_weight_and_is_the_same_on_all_threads_and_widths(TrainingOptions options)
    {
        byte[] expected = Trainings.Bytes(NetworkTrainer.Train(s_rings, options with { Diagnostics = DiagnosticsLevel.Off }).Network);
        string? report = null;
        foreach (int threads in (int[])[1, 2, 3, 8])
            foreach (SimdLevel level in Widths.Fused)
            {
                TrainingResult result = NetworkTrainer.Train(s_rings, options with { Threads = threads, Simd = level });
                Assert.That(Trainings.Bytes(result.Network), Is.EqualTo(expected));
                Assert.That(result.Initialization.ToJson(), Is.EqualTo(report ??= result.Initialization.ToJson()), $"{threads} threads, {level}");
            }
    }

    [Test]
    public void Recording_allocates_nothing_after_construction()
    {
        FeedForwardNetwork network = Network.Networks.Create(60, [128, 64], 3, task: NetworkTask.Multiclass);
        long allocated = 0;
        for (int run = 0; run < 3; run++)                      // compiled in the first
        {
            var early = new EarlySteps(network, isOn: true);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int step = 0; step < EarlySteps.Most; step++)
            {
                early.Begin(step);
                network.Parameters.Span[step] += 0.5f;
                early.End(1, 1);
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.That(allocated, Is.Zero);
    }

    [Test]
    public void Ratios_are_those_of_weights_moved_by_hand()
    {
        FeedForwardNetwork network = Network.Networks.Create(37, [19], 3, task: NetworkTask.Multiclass);
        var early = new EarlySteps(network, isOn: true);
        Assert.That(early.Begin(0), Is.True);
        float[] before = network.DenseLayers[0].GetWeights(), after = [.. before.Select((weight, i) => weight + 0.001f * (i % 7))];
        network.DenseLayers[0].SetWeights(after);
        early.End(2, 3);
        double expected = Norm([.. after.Zip(before, (a, b) => (double)a - b)]) / Norm([.. before]);
        Assert.That(early.UpdateRatio(0, 0), Is.EqualTo(expected).Within(1e-13));
        Assert.That(early.UpdateRatio(0, 1), Is.Zero);
        Assert.That(early.Movement(0), Is.EqualTo(expected).Within(1e-13));
        Assert.That(early.Begin(2), Is.False, "a step is missing");
    }

    static EarlyStep First(TrainingSet data, TrainingOptions options) => Early(data, options).Steps[0];

    static EarlyTraining Early(TrainingSet data, TrainingOptions options) => NetworkTrainer.Train(data, options).Initialization.EarlyTraining!;

    static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));
}
