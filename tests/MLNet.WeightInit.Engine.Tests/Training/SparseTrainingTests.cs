using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Persistence;
using MLNet.WeightInit.Engine.Tests.Data;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Tests.Persistence;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
internal sealed class SparseTrainingTests
{
    static readonly TrainingSet s_sparse = SparseSets.Create(150, 300, 0.05), s_dense = SparseSets.Dense(s_sparse);

    static TrainingOptions Options(string optimizer, int[]? hidden = null) => Trainings.Options(NetworkTask.Multiclass, 3, hidden ?? [40, 17], optimizer: optimizer, epochs: 4) with { Standardize = false };

    /// <summary>Where a weight without gradient stays, lazy updates are all updates.</summary>
    [Test]
    [Category("Determinism")]
    public void Plain_gradient_descent_without_decay_gives_the_model_of_dense_rows([Values(1, 3)] int threads)
    {
        TrainingOptions options = Options("SGD") with { WeightDecay = 0, Threads = threads };
        Assert.That(SparseUpdates.AreLazy(options), Is.True);
        Assert.That(Trainings.Bytes(NetworkTrainer.Train(s_sparse, options).Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_dense, options).Network)));
    }

    /// <summary>These look at all weights, so all are updated.</summary>
    static IEnumerable<TestCaseData> DenseUpdates()
    {
        yield return new TestCaseData(Options("LAMB")).SetArgDisplayNames("LAMB");
        yield return new TestCaseData(Options("Adam") with { GradientClipping = GradientClipping.Parse("norm(0.5)") }).SetArgDisplayNames("clipping by norm");
        yield return new TestCaseData(Options("Momentum") with { L1 = 1e-3f }).SetArgDisplayNames("L1");
        yield return new TestCaseData(Options("Adam") with { WeightNormalization = true }).SetArgDisplayNames("weight normalization");
        yield return new TestCaseData(Options("AdamW") with { MaxNorm = 0.5f }).SetArgDisplayNames("max-norm");
        yield return new TestCaseData(Options("Lion") with { EmaDecay = 0.9f, WeightDecay = 0.1f }).SetArgDisplayNames("averaged weights");
    }

    [TestCaseSource(nameof(DenseUpdates))]
    [Category("Determinism")]
    public void Options_about_all_weights_give_the_model_of_dense_rows(TrainingOptions options)
    {
        Assert.That(SparseUpdates.WhyDense(options), Is.Not.Null);
        TrainingResult expected = NetworkTrainer.Train(s_dense, options);
        foreach (int threads in (int[])[1, 3])
        {
            TrainingResult found = NetworkTrainer.Train(s_sparse, options with { Threads = threads });
            Assert.That(Trainings.Bytes(found.Network), Is.EqualTo(Trainings.Bytes(expected.Network)));
            Assert.That(found.History.Epochs, Is.EqualTo(expected.History.Epochs));
            Assert.That(found.Initialization.ToJson(), Is.EqualTo(expected.Initialization.ToJson()));
        }
    }

    /// <summary>Also where no early step is recorded, so that only an epoch's last step keeps its gradient, and where limits make another one the last.</summary>
    [Test]
    public void The_gradient_norm_of_lazy_updates_is_that_of_the_whole_gradient([Values] DiagnosticsLevel level, [Values("epochs", "steps", "a trial's steps", "time")] string end)
    {
        long calls = 0;
        TrainingOptions options = Options("SGD") with { WeightDecay = 0, BatchSize = 16, Diagnostics = level, LearningRate = 1e-4f };     // at the usual rate all units are dead, and so is the first layer's gradient
        options = end switch
        {
            "steps" => options with { MaximumSteps = 15 },
            "a trial's steps" => options with { StopAfter = 15 },
            "time" => options with { MaximumDuration = TimeSpan.FromSeconds(15), Clock = () => TimeSpan.FromSeconds(calls++) },
            _ => options,
        };
        IReadOnlyList<EpochRecord> found = Train(s_sparse), expected = Train(s_dense);
        Assert.That(found, Has.Count.EqualTo(expected.Count));
        for (int epoch = 0; epoch < found.Count; epoch++)          // sums of squares in double: only their order differs
            Assert.That(found[epoch].GradientNorm!.Value, Is.EqualTo(expected[epoch].GradientNorm!.Value).Within(1e-12).Percent);

        IReadOnlyList<EpochRecord> Train(TrainingSet data)
        {
            calls = 0;
            return NetworkTrainer.Train(data, options).History.Epochs;
        }
    }

    /// <summary>A linear model of one output and squared error, trained in double by the definition of lazy updates and the loss (z − y)²: what a batch hasn't waits, averages, decay and all.</summary>
    [TestCase("Adam")]
    [TestCase("AdamW")]
    [TestCase("RMSProp")]
    [TestCase("Momentum")]
    [TestCase("Nesterov")]
    [TestCase("SGD")]
    public void Lazy_updates_follow_a_plain_double_loop(string optimizer)
    {
        const float Decay = 0.02f;
        const int Rows = 64, Features = 200, Batch = 4, Epochs = 2;
        TrainingSet classes = SparseSets.Create(Rows, Features, 0.03);
        var data = new TrainingSet(classes.Sparse!, Networks.Values(Rows, 5), 1);
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [], optimizer: optimizer, init: "he", batchSize: Batch, epochs: Epochs, learningRate: 1e-3f) with { WeightDecay = Decay };
        FeedForwardNetwork start = NetworkTrainer.Train(data, options with { NumberOfEpochs = 0 }).Network, trained = NetworkTrainer.Train(data, options).Network;

        double[] weights = [.. start.DenseLayers[0].GetWeights().Select(weight => (double)weight)], first = new double[Features + 1], second = new double[Features + 1];
        double bias = start.DenseLayers[0].GetBiases()[0];
        int[] order = [.. Enumerable.Range(0, Rows)];
        int step = 0;
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            new RandomSource(options.Seed, $"shuffle/{epoch}").Shuffle(order);
            for (int at = 0; at < Rows; at += Batch)
            {
                step++;
                var gradient = new Dictionary<int, double>();
                double biasGradient = 0;
                foreach (int row in order[at..(at + Batch)])
                {
                    double[] x = Standardized(row);
                    double residual = x.Zip(weights, (a, b) => a * b).Sum() + bias - (data.Targets[row] - (double)start.TargetScale.Means[0]) / start.TargetScale.Scales[0];
                    biasGradient += 2 * residual / Batch;
                    for (int feature = 0; feature < Features; feature++)
                        if (x[feature] != 0)
                            gradient[feature] = gradient.GetValueOrDefault(feature) + 2 * residual * x[feature] / Batch;
                }
                foreach ((int feature, double slope) in gradient)
                    Move(ref weights[feature], slope, Decay, feature);
                Move(ref bias, biasGradient, 0, Features);
            }
        }
        Assert.That(weights.Zip(start.DenseLayers[0].GetWeights(), (a, b) => Math.Abs(a - b)).Max(), Is.GreaterThan(5e-3), "the weights moved");
        float[] found = trained.DenseLayers[0].GetWeights();
        // Each of 32 steps rounds a weight below 1 to 2⁻²⁵ and takes a step of at most 3.2 · 10⁻³, wrong by some 100 roundings of its sums.
        for (int feature = 0; feature < Features; feature++)
            Assert.That((double)found[feature], Is.EqualTo(weights[feature]).Within(32 * (3e-8 + 3.2e-3 * 100 * 6e-8)), $"feature {feature}");

        double[] Standardized(int row)
        {
            var features = new float[Features];
            data.CopyRow(row, features);
            return [.. features.Select((value, feature) => ((double)value - start.FeatureScale.Means[feature]) * start.FeatureScale.Scales[feature])];
        }

        void Move(ref double weight, double slope, double decay, int index)
        {
            const double Rate = 1e-3f;
            double coupled = slope + decay * weight;
            switch (optimizer)
            {
                case "SGD":
                    weight -= Rate * coupled;
                    break;
                case "Momentum" or "Nesterov":
                    first[index] = 0.9 * first[index] + coupled;
                    weight -= Rate * (optimizer == "Momentum" ? first[index] : coupled + 0.9 * first[index]);
                    break;
                case "RMSProp":
                    first[index] = 0.99 * first[index] + 0.01 * coupled * coupled;
                    weight -= Rate * coupled / (Math.Sqrt(first[index]) + 1e-8);
                    break;
                default:
                    double taken = optimizer == "AdamW" ? slope : coupled;
                    if (optimizer == "AdamW")
                        weight -= Rate * decay * weight;
                    first[index] = 0.9 * first[index] + 0.1 * taken;
                    second[index] = 0.999 * second[index] + 0.001 * taken * taken;
                    weight -= Rate * first[index] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(second[index] / (1 - Math.Pow(0.999, step))) + 1e-8);
                    break;
            }
        }
    }

    [Test]
    public void Clipping_by_value_limits_lazy_gradients_too()
    {
        TrainingOptions options = Options("SGD") with { WeightDecay = 0, GradientClipping = GradientClipping.Parse("value(0.01)") };
        Assert.That(SparseUpdates.AreLazy(options), Is.True);
        Assert.That(Trainings.Bytes(NetworkTrainer.Train(s_sparse, options).Network), Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_dense, options).Network)));
    }

    [Test]
    public void Weights_of_a_feature_that_no_batch_has_stay_as_they_were([Values("Adam", "AdamW", "Lion")] string optimizer)
    {
        TrainingOptions options = Options(optimizer, [16]);
        int[] first = [.. Enumerable.Range(0, 20)];
        var few = new SparseRows(300);
        foreach (int row in first)
            few.Add(s_sparse.Sparse!.Columns(row), s_sparse.Sparse.Values(row));
        var data = new TrainingSet(few, s_sparse.Targets[..20], 1);
        float[] before = NetworkTrainer.Train(data, options with { NumberOfEpochs = 0 }).Network.DenseLayers[0].GetWeights(), after = NetworkTrainer.Train(data, options).Network.DenseLayers[0].GetWeights();
        bool[] occurs = new bool[300];
        foreach (int row in first)
            foreach (int feature in few.Columns(row))
                occurs[feature] = true;
        Assert.That(occurs.Count(found => !found), Is.GreaterThan(20));
        for (int i = 0; i < before.Length; i++)
            Assert.That(after[i] == before[i], Is.EqualTo(!occurs[i % 300]), $"feature {i % 300}");
    }

    [Test]
    public void A_step_on_sparse_rows_allocates_nothing_after_the_first([Values(1, 2)] int threads, [Values] bool lazy, [Values] bool keepsGradient)
    {
        TrainingOptions options = Options("Adam", [128, 64]) with { BatchSize = 50, Threads = threads, MaxNorm = lazy ? null : 3 };
        var network = new FeedForwardNetwork(new NetworkLayout(300, [128, 64], "ReLU", 3, isByInput: SparseUpdates.AreLazy(options)), NetworkTask.Multiclass, AffineScale.None, AffineScale.None);
        using var pool = new WorkerPool(threads);
        PassKernels kernels = PassKernels.Create(SimdLevels.Best, pool);
        var step = new TrainingStep(network, new BatchGatherer(s_sparse, AffineScale.None, AffineScale.None, 1, kernels.Rows, 50), options, kernels, [1, 1, 1, 1, 1, 1], 0);
        step.KeepsGradient = keepsGradient;
        int[][] batches = [[.. Enumerable.Range(0, 50)], [.. Enumerable.Range(50, 50)], [.. Enumerable.Range(100, 50)]];
        int run = 0;
        Allocations.AssertNone(() => step.Run(batches[run++ % 3], 1e-3f));
    }

    [Test]
    [Category("Determinism")]
    public void A_training_on_sparse_rows_goes_on_where_it_was([Values] bool lazy, [Values("Adam", "Lion", "Momentum")] string optimizer)
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options(optimizer) with { Standardize = true, ValidationFraction = 0.2f, L1 = lazy ? 0 : 1e-4f, NumberOfEpochs = 6 };
        TrainingResult expected = NetworkTrainer.Train(s_sparse, options);
        foreach (int epochs in (int[])[1, 4, 6])
        {
            TrainingResult found = NetworkTrainer.Train(s_sparse, options with { NumberOfEpochs = epochs, Checkpoint = new(folder["sparse.checkpoint"]) });
            if (epochs == 6)
                Assert.That(Trainings.Bytes(found.Network), Is.EqualTo(Trainings.Bytes(expected.Network)));
        }
    }

    [Test]
    public void A_checkpoint_of_rows_with_the_same_values_in_other_features_is_refused()
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options("Adam", [8]) with { NumberOfEpochs = 1, Checkpoint = new(folder["sparse.checkpoint"]) };
        var moved = new SparseRows(300);
        for (int row = 0; row < s_sparse.Rows; row++)
            moved.Add([.. s_sparse.Sparse!.Columns(row).ToArray().Select(column => row == 149 && column == s_sparse.Sparse.Columns(row)[^1] ? 299 : column)], s_sparse.Sparse.Values(row));
        Assert.That(s_sparse.Sparse!.Columns(149)[^1], Is.Not.EqualTo(299));
        NetworkTrainer.Train(s_sparse, options);
        Assert.That(() => NetworkTrainer.Train(new TrainingSet(moved, s_sparse.Targets, 1), options), Throws.InvalidOperationException.With.Message.Contains("checksum of the training rows"));
    }

    [Test]
    public void Sparse_rows_are_learnt_and_the_model_scores_new_ones()
    {
        TrainingSet more = SparseSets.Create(600, 300, 0.05, seed: 9);
        FeedForwardNetwork network = NetworkTrainer.Train(more, Options("Adam") with { Standardize = true, NumberOfEpochs = 30 }).Network;
        Assert.That(Trainings.Accuracy(network, s_dense), Is.GreaterThan(0.75));                  // by chance 0.33
        Assert.That(network.FeatureScale.Means.Count(mean => mean != 0), Is.EqualTo(1), "the number among the words");
    }

    [Test]
    public void The_number_of_epochs_is_found_by_cross_validation_on_sparse_rows_too()
    {
        TrainingHistory history = NetworkTrainer.Train(s_sparse, Options("Adam") with { Standardize = true, NumberOfEpochs = null, Patience = 3 }).History;
        Assert.That(history.StopReason, Does.Contain("5-fold cross-validation"));
    }
}
