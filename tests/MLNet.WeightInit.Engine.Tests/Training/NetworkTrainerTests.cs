using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
internal sealed class NetworkTrainerTests
{
    /// <summary>Cancelled while a tensor is filled: one of the start's own, or of one of the draws and remedies of its report. Training is over before the next, or has the start.</summary>
    [Test]
    public void Filling_and_measuring_a_start_can_be_cancelled([Values(1, 4, 5, 12, 20)] int fills, [Values] bool returnBest)
    {
        using var source = new CancellationTokenSource();
        var init = new Counting(count => { if (count == fills) source.Cancel(); });
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32, 32], epochs: 1) with { Init = init, Diagnostics = DiagnosticsLevel.Full, CancellationToken = source.Token, ReturnBestOnCancel = returnBest };
        TrainingSet data = Trainings.Rings(300);
        if (!returnBest)
        {
            Assert.That(() => NetworkTrainer.Train(data, options), Throws.InstanceOf<OperationCanceledException>().With.Message.EqualTo("Training was cancelled while its start was measured."));
            Assert.That(init.Fills, Is.InRange(fills, fills + 1), "threads of trials may have begun one more");
            return;
        }
        TrainingResult result = NetworkTrainer.Train(data, options);
        Assert.That((result.History.WasCancelled, result.History.Epochs.Count), Is.EqualTo((true, 0)));
        Assert.That(init.Fills, Is.LessThan(fills + 5), "at most the rest of the start");
        Assert.That(Trainings.Bytes(result.Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(data, options with { NumberOfEpochs = 0, Diagnostics = DiagnosticsLevel.Off, CancellationToken = default }).Network)));
    }

    /// <summary>What a file or an array of .NET can't hold is refused before anything is allocated: by number, by what features' scales add, and by outputs that memory has in sixteens.</summary>
    [TestCase(100_000_000, new int[0], 6)]
    [TestCase(60_000_000, new[] { 8 }, 1)]
    [TestCase(1 << 27, new int[0], 1)]
    [TestCase(10, new[] { int.MaxValue, int.MaxValue }, 1)]
    public void A_network_that_nothing_can_hold_is_refused(int features, int[] hiddenLayers, int outputs)
    {
        var rows = new SparseRows(features);
        rows.Add([1, 7], [1, 2]);
        rows.Add([2], [1]);
        var data = new TrainingSet(rows, new float[2 * outputs], outputs);
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, outputs, hiddenLayers, epochs: 1);
        Assert.That(() => NetworkTrainer.Train(data, options), Throws.InvalidOperationException.With.Message.StartsWith("A network may have at most 500,000,000 weights and biases").And.Message.Contains("Use smaller hidden layers or fewer features"));
    }

    /// <summary>Half of He's deviation, so that there is something to report, and what is called at each fill.</summary>
    sealed class Counting(Action<int> filling) : WeightInitializer
    {
        int _fills;

        public int Fills => _fills;

        public override string Name => "counting";

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
        {
            random.FillNormal(weights, (float)Math.Sqrt(0.5 / shape.FanIn));
            filling(Interlocked.Increment(ref _fills));
        }
    }

    [Test]
    public void Learns_rings_that_no_linear_model_can_separate()
    {
        TrainingResult result = NetworkTrainer.Train(Trainings.Rings(600), Trainings.Options(NetworkTask.Multiclass, 3, [32, 16], epochs: 100));
        Assert.That(Trainings.Accuracy(result.Network, Trainings.Rings(600, seed: 77)), Is.GreaterThan(0.9));
        Assert.That(result.History.Epochs, Has.Count.EqualTo(100));
        Assert.That(result.History.Epochs[^1].TrainingLoss, Is.LessThan(result.History.Epochs[0].TrainingLoss / 2));
    }

    [Test]
    public void Learns_a_regression_in_the_users_own_units()
    {
        TrainingSet data = Trainings.Waves(800), test = Trainings.Waves(400, seed: 9);
        FeedForwardNetwork network = NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Regression, 1, [64, 32], epochs: 150)).Network;
        double mean = test.Targets.Average(target => (double)target), residual = 0, total = 0;
        var score = new float[1];
        for (int row = 0; row < test.Rows; row++)
        {
            network.Predict(test.Row(row), score);
            residual += Math.Pow(test.Targets[row] - score[0], 2);
            total += Math.Pow(test.Targets[row] - mean, 2);
        }
        Assert.That(1 - residual / total, Is.GreaterThan(0.9), "R²");
    }

    [Test]
    public void One_network_learns_several_values_each_in_a_unit_of_its_own()
    {
        TrainingSet data = Trainings.Products(800), test = Trainings.Products(400, seed: 9);
        FeedForwardNetwork network = NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Regression, 3, [64, 32], epochs: 100)).Network;
        var scores = new float[3];
        var residual = new double[3];
        var total = new double[3];
        for (int row = 0; row < test.Rows; row++)
        {
            network.Predict(test.Row(row), scores);
            for (int output = 0; output < 3; output++)
            {
                residual[output] += Math.Pow(test.Targets[row * 3 + output] - scores[output], 2);
                total[output] += Math.Pow(test.Targets[row * 3 + output] - 50 * output, 2);        // the mean of a product of two independent features is 0
            }
        }
        Assert.That(residual.Zip(total, (left, right) => 1 - left / right), Is.All.GreaterThan(0.9), "R²");
    }

    [Test]
    public void One_network_learns_several_labels_and_scores_their_logits()
    {
        TrainingSet data = Trainings.Signs(800), test = Trainings.Signs(400, seed: 9);
        FeedForwardNetwork network = NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Multilabel, 3, [64, 32], epochs: 100)).Network;
        var scores = new float[3];
        int right = 0;
        for (int row = 0; row < test.Rows; row++)
        {
            network.Predict(test.Row(row), scores);
            right += Enumerable.Range(0, 3).Count(output => scores[output] > 0 == test.Targets[row * 3 + output] > 0);
        }
        Assert.That(right / (3.0 * test.Rows), Is.GreaterThan(0.9));
    }

    [Test]
    [Category("Determinism")]
    [Category("Fused")]
    public void Same_seed_gives_the_same_bytes_on_any_threads_and_any_width()
    {
        TrainingSet data = Trainings.Rings(300, features: 70, weighted: true);
        byte[] expected = Trainings.Bytes(NetworkTrainer.Train(data, Options(1, SimdLevel.Width128)).Network);
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            foreach (SimdLevel level in Kernels.Widths.Fused)
                Assert.That(Trainings.Bytes(NetworkTrainer.Train(data, Options(threads, level)).Network), Is.EqualTo(expected), $"{threads} threads, {level}");
        }

        static TrainingOptions Options(int threads, SimdLevel level)
            => Trainings.Options(NetworkTask.Multiclass, 3, [129, 70], "GELU", batchSize: 64, epochs: 2, threads: threads) with { Simd = level, ValidationFraction = 0.2f };
    }

    [Test]
    [Category("Determinism")]
    public void Another_seed_gives_another_model()
    {
        TrainingSet data = Trainings.Rings(100);
        byte[] one = Trainings.Bytes(NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Multiclass, 3, epochs: 1, seed: 1)).Network);
        byte[] two = Trainings.Bytes(NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Multiclass, 3, epochs: 1, seed: 2)).Network);
        Assert.That(two, Is.Not.EqualTo(one));
    }

    [Test]
    public void A_weight_of_two_is_a_row_seen_twice()
    {
        TrainingSet plain = Trainings.Rings(40, classes: 2);
        float[] weights = [.. Enumerable.Range(0, 40).Select(row => row < 20 ? 2f : 1f)];
        var weighted = new TrainingSet(plain.Features, 40, 4, plain.Targets, 1, weights);
        int[] twice = [.. Enumerable.Range(0, 40), .. Enumerable.Range(0, 20)];
        var doubled = new TrainingSet([.. twice.SelectMany(row => plain.Row(row).ToArray())], 60, 4, [.. twice.Select(row => plain.Targets[row])], 1);

        // One batch, plain gradient descent, no standardization: both have the same loss surface, so the same path up to rounding.
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, optimizer: "SGD", init: "he", learningRate: 0.1f, batchSize: 64, epochs: 20) with { Standardize = false, WeightDecay = 0 };
        float[] one = NetworkTrainer.Train(weighted, options).Network.DenseLayers[0].GetWeights(), two = NetworkTrainer.Train(doubled, options).Network.DenseLayers[0].GetWeights();
        for (int i = 0; i < one.Length; i++)
            Assert.That(one[i], Is.EqualTo(two[i]).Within(1e-5));
    }

    [Test]
    public void A_step_allocates_nothing_after_the_first([Values(1, 2)] int threads, [Values("ReLU", "GELU")] string activation, [Values(0, 0.1f)] float dropout, [Values] bool weightNormalization)
    {
        TrainingSet data = Trainings.Rings(128, features: 60, weighted: true);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [128, 64], activation, batchSize: 64, threads: threads) with { Dropout = new Dropout(dropout, isAlpha: false), WeightNormalization = weightNormalization, L1 = weightNormalization ? 1e-4f : 0 };
        var network = new FeedForwardNetwork(new NetworkLayout(60, [128, 64], activation, 3), NetworkTask.Multiclass, AffineScale.None, AffineScale.None);
        using var pool = new WorkerPool(threads);
        PassKernels kernels = PassKernels.Create(SimdLevels.Best, pool);
        network.Parameters.Span.Fill(0.01f);
        var gatherer = new BatchGatherer(data, AffineScale.None, AffineScale.None, 1, kernels.Rows, 64);
        var step = new TrainingStep(network, gatherer, options, kernels, [1, 1, 1, 1, 1, 1], 0);
        int[] rows = [.. Enumerable.Range(0, 64)];
        Allocations.AssertNone(() => step.Run(rows, 1e-3f));
    }

    [Test]
    public void A_vanishing_network_trains_without_denormal_numbers([Values("Adam", "SGD", "Momentum")] string optimizer)
    {
        TrainingSet data = Trainings.Rings(64, features: 20);
        int[] hidden = [.. Enumerable.Repeat(32, 30)];
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, hidden, optimizer: optimizer, batchSize: 64);
        FeedForwardNetwork network = Network.Networks.Create(20, hidden, 3, task: NetworkTask.Multiclass);
        foreach (DenseLayer layer in network.DenseLayers)
        {
            layer.SetWeights([.. layer.GetWeights().Select(weight => weight * 0.01f)]);
            layer.SetBiases(new float[layer.Outputs]);
        }
        using var pool = new WorkerPool(1);
        PassKernels kernels = PassKernels.Create(SimdLevels.Best, pool);
        var gatherer = new BatchGatherer(data, AffineScale.None, AffineScale.None, 1, kernels.Rows, 64);
        var step = new TrainingStep(network, gatherer, options, kernels, [.. Enumerable.Repeat(1f, 62)], 0);
        for (int i = 0; i < 3; i++)
            step.Run([.. Enumerable.Range(0, 64)], 1e-3f);
        foreach (LayerPass layer in step.Pass.Layers)
        {
            Assert.That(layer.Output.Span.ToArray(), Has.None.Matches<float>(IsDenormal), layer.Layout.Name);
            Assert.That(layer.Gradient.Span.ToArray(), Has.None.Matches<float>(IsDenormal), layer.Layout.Name);
        }
        Assert.That(network.Parameters.Span.ToArray(), Has.None.Matches<float>(IsDenormal));

        static bool IsDenormal(float value) => float.IsSubnormal(value);
    }

    [Test]
    public void Early_stopping_keeps_the_best_epochs_weights()
    {
        // Labels are noise: validation loss is best early.
        float[] features = Network.Networks.Values(200 * 10, 3), targets = [.. Network.Networks.Values(200, 4).Select(value => value > 0 ? 1f : 0)];
        var data = new TrainingSet(features, 200, 10, targets, 1);
        TrainingOptions options = Trainings.Options(NetworkTask.Binary, 1, [64], learningRate: 0.01f, epochs: 500) with { ValidationFraction = 0.3f, Patience = 5 };
        TrainingHistory history = NetworkTrainer.Train(data, options).History;
        int best = history.Epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch;
        Assert.That(history.BestEpoch, Is.EqualTo(best));
        Assert.That(history.Epochs, Has.Count.EqualTo(best + 5));
        Assert.That(history.StopReason, Does.Contain("Stopped early"));

        FeedForwardNetwork shorter = NetworkTrainer.Train(data, options with { NumberOfEpochs = best }).Network;
        Assert.That(Trainings.Bytes(shorter), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(data, options).Network)), "the model is that of the best epoch");
    }

    [Test]
    public void Small_data_searches_its_epochs_by_cross_validation_and_trains_all_rows_for_them()
    {
        // Labels are noise, so few epochs are best; 1,000 would fit every one of them.
        float[] features = Network.Networks.Values(150 * 10, 3), targets = [.. Network.Networks.Values(150, 4).Select(value => value > 0 ? 1f : 0)];
        var data = new TrainingSet(features, 150, 10, targets, 1);
        TrainingResult result = NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Binary, 1, [64], epochs: null));
        Assert.That(result.History.Epochs, Has.Count.LessThan(50));
        Assert.That(result.History.Epochs[^1].ValidationLoss, Is.EqualTo(result.History.Epochs.Min(epoch => epoch.ValidationLoss)));
        Assert.That(result.History.StopReason, Does.Contain("5-fold cross-validation"));

        TrainingResult asked = NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Binary, 1, [64], epochs: result.History.Epochs.Count));
        Assert.That(Trainings.Bytes(asked.Network), Is.EqualTo(Trainings.Bytes(result.Network)), "the search decides the number of epochs and nothing else");
    }

    [Test]
    [Category("Determinism")]
    public void The_search_gives_the_same_model_on_any_threads()
    {
        byte[] expected = Trainings.Bytes(NetworkTrainer.Train(Trainings.Rings(60), Trainings.Options(NetworkTask.Multiclass, 3, epochs: null)).Network);
        foreach (int threads in (int[])[2, 8])
            Assert.That(Trainings.Bytes(NetworkTrainer.Train(Trainings.Rings(60), Trainings.Options(NetworkTask.Multiclass, 3, epochs: null, threads: threads)).Network), Is.EqualTo(expected));
    }

    [Test]
    public void Zero_epochs_give_the_initialized_network_and_its_report()
    {
        TrainingResult result = NetworkTrainer.Train(Trainings.Rings(100), Trainings.Options(NetworkTask.Multiclass, 3, epochs: 0));
        Assert.That(result.History.Epochs, Is.Empty);
        Assert.That(result.History.BestEpoch, Is.Zero);
        Assert.That(result.Initialization.Layers, Has.Count.EqualTo(2));
        Assert.That(result.Network.DenseLayers[0].GetWeights(), Has.Some.Not.Zero);
    }

    [Test]
    public void Divergence_names_epoch_batch_and_tensor_and_keeps_the_last_good_weights()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [16], optimizer: "SGD", learningRate: 1e6f, epochs: 50);
        var exception = Assert.Throws<NonFiniteTrainingException>(() => NetworkTrainer.Train(Trainings.Waves(200), options));
        Assert.That(exception!.Epoch, Is.EqualTo(1));
        Assert.That(exception.Batch, Is.GreaterThan(1));
        Assert.That(exception.Message, Does.Contain("learning rate below 1000000").And.Contain(exception.Tensor));
        Assert.That(exception.LastGoodNetwork.DenseLayers.SelectMany(layer => layer.GetWeights()), Is.All.Matches<float>(float.IsFinite));
        Assert.That(exception.Initialization!.Layers, Is.Not.Empty);
    }

    [Test]
    public void An_initialization_that_overflows_is_named_in_the_first_batch()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [.. Enumerable.Repeat(32, 40)], init: "normal(deviation=100)", epochs: 2);
        var exception = Assert.Throws<NonFiniteTrainingException>(() => NetworkTrainer.Train(Trainings.Waves(100), options));
        Assert.That((exception!.Epoch, exception.Batch), Is.EqualTo((1, 1)));
        Assert.That(exception.Tensor, Does.Match(@"hidden\[\d+\]\.activations"));
        Assert.That(exception.Initialization!.Verdict, Is.Not.EqualTo(Verdict.Healthy));
    }

    [Test]
    public void Cancelling_throws_or_returns_what_there_is_within_a_batch([Values] bool returnBest)
    {
        using var source = new CancellationTokenSource();
        var progress = new Immediate(report => { if (report.Epoch == 3) source.Cancel(); });
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, epochs: 1_000_000) with { CancellationToken = source.Token, ReturnBestOnCancel = returnBest, Progress = progress };
        if (returnBest)
        {
            TrainingHistory history = NetworkTrainer.Train(Trainings.Rings(100), options).History;
            Assert.That(history.Epochs, Has.Count.EqualTo(3));
            Assert.That(history.StopReason, Does.Contain("Cancelled in epoch 4"));
        }
        else
        {
            Assert.That(() => NetworkTrainer.Train(Trainings.Rings(100), options), Throws.InstanceOf<OperationCanceledException>());
        }
    }

    [Test]
    public void A_cancellation_right_after_an_update_that_overflows_gives_the_last_finite_weights()
    {
        using var source = new CancellationTokenSource();
        int batches = 0;
        // One step of length 1e38 along gradients of order 1 leaves no weight finite or the next product overflows; the loss that would show it is never computed.
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [16], optimizer: "SGD", learningRate: float.MaxValue, epochs: 50) with
        {
            CancellationToken = source.Token,
            ReturnBestOnCancel = true,
            CheckAlive = () => { if (++batches == 2) source.Cancel(); },
        };
        FeedForwardNetwork network = NetworkTrainer.Train(Trainings.Waves(200), options).Network;
        Assert.That(network.DenseLayers.SelectMany(layer => layer.GetWeights()), Has.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void One_row_and_constant_features_train_to_the_label()
    {
        var data = new TrainingSet([1, 2, 3], 1, 3, [42], 1);
        FeedForwardNetwork network = NetworkTrainer.Train(data, Trainings.Options(NetworkTask.Regression, 1, epochs: null)).Network;
        var score = new float[1];
        network.Predict([1, 2, 3], score);
        Assert.That(score[0], Is.EqualTo(42));
    }

    [Test]
    public void A_validation_set_of_its_own_is_used_whole()
    {
        TrainingHistory history = NetworkTrainer.Train(Trainings.Rings(100), Trainings.Options(NetworkTask.Multiclass, 3, epochs: 3), Trainings.Rings(50, seed: 5)).History;
        Assert.That(history.Epochs.Select(epoch => epoch.ValidationLoss), Is.All.Not.Null);
    }

    sealed class Immediate(Action<EpochProgress> action) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => action(value);
    }
}
