using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Persistence;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Tests.Persistence;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Training on categories, and what its model keeps of them.</summary>
[TestFixture]
internal sealed class EmbeddingTrainingTests
{
    static readonly TrainingSet s_data = Trainings.WithCategories(200);

    static TrainingOptions Options(int? epochs = 3, string optimizer = "Adam") => Trainings.Options(NetworkTask.Multiclass, 3, [16], optimizer: optimizer, epochs: epochs) with { Embeddings = Trainings.Categories() };

    [Test]
    public void Classes_that_hang_on_categories_alone_are_learnt([Values(0, 3)] int features)
    {
        TrainingSet data = Trainings.WithCategories(400, features, towns: 10);
        FeedForwardNetwork network = NetworkTrainer.Train(data, Options(200) with { Embeddings = Trainings.Categories(towns: 10), HiddenLayers = [32], LearningRate = 0.01f }).Network;
        var scores = new float[3];
        int right = 0;
        for (int row = 0; row < data.Rows; row++)
        {
            network.Predict(data.Row(row), data.KeysOf(row), scores);
            right += Array.IndexOf(scores, scores.Max()) == (int)data.Targets[row] ? 1 : 0;
        }
        Assert.That(right, Is.EqualTo(400), "the class is a function of two categories of 6 and 9 values");
    }

    /// <summary>PyTorch's nn.Embedding is updated as a whole: momentum carries a category on through batches that lack it. Two steps by hand.</summary>
    [Test]
    public void Momentum_carries_a_category_through_a_batch_without_it()
    {
        // Linear: y = w · e + b, L = (y − t)² a row, one row a batch; the first has category 1, the second category 2, whichever comes first by the shuffle.
        var data = new TrainingSet([], 2, 0, [3, -2], 1);
        data.AddKeys([1, 2], 1);
        const float Rate = 0.05f;
        TrainingOptions options = Trainings.Options(NetworkTask.Regression, 1, [], optimizer: "Momentum", learningRate: Rate, batchSize: 1, epochs: 1)
            with { Embeddings = [new("Color", 2, 2)], Standardize = false, WeightDecay = 0, ValidationFraction = 0, EarlyStopping = false, BiasInit = new Zeros() };
        FeedForwardNetwork start = NetworkTrainer.Train(data, options with { NumberOfEpochs = 0 }).Network, trained = NetworkTrainer.Train(data, options).Network;
        double[] weights = [.. start.DenseLayers[0].GetWeights().Select(weight => (double)weight)], first = [.. start.Embeddings[0].GetVector(1).Select(value => (double)value)];
        double[] second = [.. start.Embeddings[0].GetVector(2).Select(value => (double)value)];
        Assert.That(new[] { TwoSteps(1), TwoSteps(2) }.Any(expected => IsNear(expected)), "the table is that of one of the two orders");

        double[] TwoSteps(int begin)
        {
            (double[] a, double target, double[] b, double other) = begin == 1 ? (first, 3d, second, -2d) : (second, -2d, first, 3d);
            double error = 2 * (weights[0] * a[0] + weights[1] * a[1] - target);
            double[] velocity = [error * weights[0], error * weights[1]], moved = [.. a.Select((value, i) => value - Rate * velocity[i])];
            double[] slopes = [error * a[0], error * a[1]], turned = [.. weights.Select((weight, i) => weight - Rate * slopes[i])];
            double bias = -Rate * error, next = 2 * (turned[0] * b[0] + turned[1] * b[1] + bias - other);
            double[] twice = [.. moved.Select((value, i) => value - Rate * 0.9 * velocity[i])], taught = [.. b.Select((value, i) => value - Rate * next * turned[i])];
            return begin == 1 ? [.. twice, .. taught] : [.. taught, .. twice];
        }

        // A dozen roundings of 6e-8 of numbers below 4.
        bool IsNear(double[] expected) => expected.Zip(trained.Embeddings[0].GetVectors()[2..], (left, right) => Math.Abs(left - right)).Max() < 12 * 6e-8 * 4;
    }

    [Test]
    public void Categories_without_training_rows_start_at_zero_and_stay_there([Values("Adam", "Lion", "LAMB", "RMSProp")] string optimizer)
    {
        FeedForwardNetwork start = NetworkTrainer.Train(s_data, Options(0, optimizer)).Network, trained = NetworkTrainer.Train(s_data, Options(3, optimizer)).Network;
        Assert.That(start.Embeddings[1].GetVector(40), Is.All.Zero);
        Assert.That(trained.Embeddings[1].GetVector(40), Is.All.Zero);
        Assert.That(start.Embeddings[1].GetVector(0), Is.All.Zero, "no town is missing");
        Assert.That(start.Embeddings[0].GetVector(0), Has.None.Zero, "some colors are");
        Assert.That(trained.Embeddings[0].GetVector(0), Is.Not.EqualTo(start.Embeddings[0].GetVector(0)));
    }

    [Test]
    public void Vectors_start_as_long_as_a_standardized_feature()
    {
        TrainingSet data = Trainings.WithCategories(3_000, towns: 1_000);
        TrainingResult result = NetworkTrainer.Train(data, Options(0) with { Embeddings = [new("Color", 5, 3), new("Town", 1_000, 16)] });
        TensorPlan[] plan = [.. result.Initialization.Plan];
        Assert.That(plan.Take(3).Select(tensor => (tensor.Tensor, tensor.Initializer)), Is.EqualTo(new[] { ("embedding[Color]", "lecun(mode=fan_out)"), ("embedding[Town]", "lecun(mode=fan_out)"), ("hidden[0].weights", "he") }));
        Assert.That((plan[1].Shape.Role, plan[1].Shape.Rows, plan[1].Shape.Columns, plan[1].TargetDeviation, plan[1].Stream), Is.EqualTo((TensorRole.Embedding, 1_001, 16, 0.25, "init/embedding/Town")));
        double squares = data.Keys.Where((_, i) => i % 2 == 1).Average(town => result.Network.Embeddings[1].GetVector(town).Sum(value => (double)value * value));
        // E ‖e‖² = 1 over a thousand towns of 16 numbers: standard error √(2 / 16,000) = 0.011, and rows repeat towns.
        Assert.That(squares, Is.EqualTo(1).Within(0.07));
        // The report's theory starts from what the first layer saw. 16 units: a third at most.
        LayerStatistics layer = result.Initialization.Layers[0];
        Assert.That((layer.Inputs, result.Initialization.Verdict), Is.EqualTo((22, Verdict.Healthy)));
        Assert.That(layer.PreActivationDeviation, Is.EqualTo(layer.PredictedDeviation).Within(0.35 * layer.PredictedDeviation));
    }

    [Test]
    public void The_report_measures_vectors_beside_what_their_initializer_aims_at()
    {
        TrainingSet data = Trainings.WithCategories(3_000, towns: 1_000);
        InitializationReport report = NetworkTrainer.Train(data, Options(0) with { Embeddings = [new("Color", 5, 3), new("Town", 1_000, 16)] }).Initialization;
        EmbeddingStatistics town = report.Embeddings[1];
        Assert.That((town.Embedding, town.Rows, town.Dimensions, town.PredictedDeviation), Is.EqualTo(("embedding[Town]", 1_001, 16, 0.25)));
        Assert.That(report.Embeddings[0].Seen, Is.EqualTo(6), "256 rows have all five colors, and none");
        Assert.That(town.Seen, Is.InRange(150, 256));
        // 256 rows of some 200 towns with 16 numbers: a standard error of 1 / √(2 · 3,200), five of them 6 %.
        Assert.That(town.Deviation, Is.EqualTo(0.25).Within(0.06 * 0.25));
        Assert.That(town.GradientNorm, Is.GreaterThan(0));
        Assert.That(InitializationReport.FromJson(report.ToJson()).Embeddings, Is.EqualTo(report.Embeddings));
        Assert.That(report.ToString(), Does.Contain("embedding[Town]   1001 x 16   220  0.257   0.250"));
        Assert.That(report.ToMarkdown(), Does.Contain("| Embedding | Size | Seen | e dev | theory | dL/dE |"));
        Assert.That(NetworkTrainer.Train(Trainings.Rings(50), Trainings.Options(NetworkTask.Multiclass, 3, epochs: 0)).Initialization.ToJson(), Does.Not.Contain("embeddings"), "as before there were any");
    }

    [TestCase("pytorch_default", 1.0)]
    [TestCase("keras_default", 0.05 / 1.7320508)]
    [TestCase("normal(deviation=0.3)", 0.3)]
    [TestCase("auto", 0.25)]
    public void Another_initializer_of_embeddings_is_as_good_as_any(string specification, double deviation)
    {
        TrainingSet data = Trainings.WithCategories(3_000, towns: 1_000);
        TrainingResult result = NetworkTrainer.Train(data, Options(0) with { Embeddings = [new("Color", 5, 3), new("Town", 1_000, 16)], EmbeddingInit = InitializerRegistry.CreateDefault().Parse(specification) });
        Assert.That(result.Initialization.Plan[1].TargetDeviation, Is.EqualTo(deviation).Within(1e-6));
        float[] values = [.. result.Network.Embeddings[1].GetVectors().Where(value => value != 0)];
        // Some 15,000 numbers: five standard errors of a deviation are 5 / √(2 · 15,000) = 0.029 of it at most.
        Assert.That(Math.Sqrt(values.Average(value => (double)value * value)), Is.EqualTo(deviation).Within(0.03 * deviation));
    }

    [Test]
    public void A_plan_may_choose_for_each_table()
    {
        TrainingResult result = NetworkTrainer.Train(s_data, Options(0) with { Init = new Planning() });
        Assert.That(result.Initialization.Plan[1].Initializer, Is.EqualTo("constant(value=0.5)"));
        Assert.That(result.Network.Embeddings[1].GetVector(1), Is.All.EqualTo(0.5f));
        TrainingResult frozen = NetworkTrainer.Train(s_data, Options(3) with { Init = new Planning() });
        Assert.That(frozen.Network.Embeddings[1].GetVector(1), Is.All.EqualTo(0.5f), "its learning rate is multiplied by 0");
        Assert.That(frozen.Network.Embeddings[0].GetVectors(), Is.Not.EqualTo(result.Network.Embeddings[0].GetVectors()));
    }

    [Test]
    public void Another_column_leaves_the_draws_of_tables_and_later_layers_as_they_are()
    {
        var one = new TrainingSet(s_data.Features, s_data.Rows, 3, s_data.Targets, 1);
        one.AddKeys([.. s_data.Keys.Where((_, i) => i % 2 == 1)], 1);
        TrainingOptions options = Options(0) with { HiddenLayers = [16, 8] };
        FeedForwardNetwork both = NetworkTrainer.Train(s_data, options).Network, town = NetworkTrainer.Train(one, options with { Embeddings = [Trainings.Categories()[1]] }).Network;
        Assert.That(town.Embeddings[0].GetVectors(), Is.EqualTo(both.Embeddings[1].GetVectors()));
        Assert.That(town.DenseLayers[1].GetWeights(), Is.EqualTo(both.DenseLayers[1].GetWeights()));
    }

    [Test]
    public void A_saved_network_scores_categories_as_before([Values] bool fillsMissing)
    {
        FeedForwardNetwork network = NetworkTrainer.Train(s_data, Options() with { FillsMissing = fillsMissing }).Network;
        byte[] bytes = Trainings.Bytes(network);
        Assert.That(BitConverter.ToUInt32(bytes, 8), Is.EqualTo(fillsMissing ? 0x3_0001 : 0x2_0001));
        FeedForwardNetwork loaded = FeedForwardNetwork.Load(new MemoryStream(bytes));
        Assert.That(Trainings.Bytes(loaded), Is.EqualTo(bytes));
        Assert.That(loaded.Embeddings.Select(embedding => (embedding.Column, embedding.KeyCount, embedding.Dimensions)), Is.EqualTo(new[] { ("Color", 5, 3), ("Town", 40, 6) }));
        float[] expected = new float[3], found = new float[3];
        for (int row = 0; row < s_data.Rows; row++)
        {
            network.Predict(s_data.Row(row), s_data.KeysOf(row), expected);
            loaded.Predict(s_data.Row(row), s_data.KeysOf(row), found);
            Assert.That(found, Is.EqualTo(expected));
        }
    }

    [Test]
    public void Damage_in_the_categories_is_found_before_anything_is_allocated()
    {
        byte[] bytes = Trainings.Bytes(NetworkTrainer.Train(s_data, Options(0)).Network);
        const int Columns = 20 + 1 + 4;                        // header, task, features
        const int Keys = Columns + 4 + 1 + 5;
        AssertDamaged(Columns, -1, "-1 categorical columns");
        AssertDamaged(Keys, 0, "0 keys of a categorical column");
        AssertDamaged(Keys, 1 << 30, "numbers, but only");
        AssertDamaged(Keys + 4, 0, "0 dimensions of an embedding");
        AssertDamaged(Keys + 4, 2, "the file is damaged");

        void AssertDamaged(int place, int value, string message)
        {
            byte[] damaged = [.. bytes];
            BitConverter.TryWriteBytes(damaged.AsSpan(place), value);
            BitConverter.TryWriteBytes(damaged.AsSpan(damaged.Length - 4), MLNet.WeightInit.Engine.Kernels.Checksum.Of(damaged.AsSpan(20, damaged.Length - 24)));
            Assert.That(() => FeedForwardNetwork.Load(new MemoryStream(damaged)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
        }
    }

    [Test]
    public void A_training_that_was_interrupted_goes_on_to_the_same_model([Values("Adam", "LAMB", "Momentum")] string optimizer, [Values(null, 0.2f)] float? validation, [Values] bool clips)
    {
        TrainingOptions options = Options(6, optimizer) with { ValidationFraction = validation, EmaDecay = clips ? 0.9f : null, GradientClipping = clips ? GradientClipping.Parse("norm(0.5)") : null };
        using var folder = new TemporaryFolder();
        NetworkTrainer.Train(s_data, options with { NumberOfEpochs = 3, Checkpoint = new(folder["a"]) });
        byte[] resumed = Trainings.Bytes(NetworkTrainer.Train(s_data, options with { Checkpoint = new(folder["a"]) }).Network);
        Assert.That(resumed, Is.EqualTo(Trainings.Bytes(NetworkTrainer.Train(s_data, options).Network)));
    }

    [Test]
    public void A_model_trains_further_from_its_own_vectors()
    {
        TrainingResult first = NetworkTrainer.Train(s_data, Options());
        FeedForwardNetwork same = NetworkTrainer.Train(s_data, Options(0), start: new TrainingStart(first.Network, first.Initialization)).Network;
        Assert.That(Trainings.Bytes(same), Is.EqualTo(Trainings.Bytes(first.Network)));
        FeedForwardNetwork further = NetworkTrainer.Train(s_data, Options(), start: new TrainingStart(first.Network, first.Initialization)).Network;
        Assert.That(further.Embeddings[0].GetVectors(), Is.Not.EqualTo(first.Network.Embeddings[0].GetVectors()));
    }

    [Test]
    public void A_model_of_other_categories_is_not_trained_further()
    {
        TrainingResult model = NetworkTrainer.Train(s_data, Options(1));
        var start = new TrainingStart(model.Network, model.Initialization);
        Assert.That(() => NetworkTrainer.Train(s_data, Options() with { Embeddings = Trainings.Categories(towns: 41) }, start: start), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(
            "categorical columns: Color (5 keys in 3 dimensions), Town (40 keys in 6 dimensions) in the model, Color (5 keys in 3 dimensions), Town (41 keys in 6 dimensions) asked for"));
        Assert.That(() => NetworkTrainer.Train(s_data, Options() with { Embeddings = [] }, start: start), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("none asked for"));
    }

    [Test]
    public void Validation_rows_and_the_search_for_the_number_of_epochs_see_categories()
    {
        TrainingResult validated = NetworkTrainer.Train(s_data, Options(40) with { LearningRate = 0.01f }, validation: Trainings.WithCategories(100, seed: 3));
        Assert.That(validated.History.Epochs.Min(epoch => epoch.ValidationLoss!.Value), Is.LessThan(validated.History.Epochs[0].ValidationLoss!.Value));
        TrainingResult searched = NetworkTrainer.Train(s_data, Options(null) with { MaximumSteps = 200, LearningRate = 0.01f });
        Assert.That(searched.History.StopReason, Does.Contain("cross-validation"));
        Assert.That(searched.History.Epochs[0].ValidationLoss, Is.InRange(0.5, 1.5), "about the logarithm of three classes");
    }

    [Test]
    public void Tables_count_among_the_parameters_that_a_network_may_have()
        => Assert.That(() => NetworkTrainer.Train(s_data, Options() with { Embeddings = [new("Color", 2_000_000_000, 3), new("Town", 40, 6)] }),
            Throws.InvalidOperationException.With.Message.Contains("6,000,000,249 of them in embeddings").And.Message.Contains("so are categorical columns"));

    [TestCase(1, 2)]
    [TestCase(2, 2)]
    [TestCase(10, 6)]
    [TestCase(100, 21)]
    [TestCase(1_000, 77)]
    [TestCase(40_000, 600)]
    [TestCase(int.MaxValue - 1, 600)]
    public void Dimensions_follow_fastai_where_they_are_open(int keys, int dimensions)
    {
        Assert.That(EmbeddingColumn.DefaultDimensions(keys), Is.EqualTo(dimensions));
        Assert.That(dimensions, Is.EqualTo(Math.Min(600, Math.Round(1.6 * Math.Pow(keys, 0.56)))));
    }

    [Test]
    public void A_step_allocates_nothing_after_the_first()
    {
        TrainingResult result = NetworkTrainer.Train(s_data, Options(0));
        using var pool = new MLNet.WeightInit.Engine.Kernels.WorkerPool(1);
        var kernels = PassKernels.Create(MLNet.WeightInit.Engine.Kernels.SimdLevels.Best, pool);
        var gatherer = new BatchGatherer(s_data, result.Network.FeatureScale, AffineScale.None, 1, kernels.Rows, 32);
        var step = new TrainingStep(result.Network, gatherer, Options() with { BatchSize = 32 }, kernels, [1, 1, 1, 1, 1, 1], 0);
        int[] rows = [.. Enumerable.Range(0, 32)];
        step.Run(rows, 0.001f);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            step.Run(rows, 0.001f);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    sealed class Planning : WeightInitializer
    {
        public override string Name => "planning";

        public override void Plan(InitializationPlan plan)
        {
            foreach (PlannedTensor tensor in plan.Weights)
                tensor.Use("he");
            plan.Embeddings[1].Use("constant(value=0.5)");
            plan.Embeddings[1].LearningRateMultiplier = 0;
        }
    }
}
