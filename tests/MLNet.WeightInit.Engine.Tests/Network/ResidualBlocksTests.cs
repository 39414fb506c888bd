using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Tests.Persistence;
using MLNet.WeightInit.Engine.Tests.Training;

namespace MLNet.WeightInit.Engine.Tests.Network;

[TestFixture]
internal sealed class ResidualBlocksTests
{
    static readonly double s_gelu = 1 / Math.Sqrt(2);

    static Func<double, double> Function(string activation) => activation switch
    {
        "ReLU" => z => Math.Max(0, z),
        "Tanh" => Math.Tanh,
        _ => z => z * 0.5 * (1 + MathNet.Numerics.SpecialFunctions.Erf(z * s_gelu)),
    };

    /// <summary>The loop adds to each layer's sums those of the layer that <see cref="DenseLayer.SkipFrom"/> names: He et al. 2016, eq. 1.</summary>
    [Test]
    public void Scores_are_those_of_the_double_loop_alone_and_in_a_batch([Values("ReLU", "Tanh", "GELU")] string activation, [Values] Normalization normalization, [Values(1, 2, 3)] int branchDepth)
    {
        int[] hidden = branchDepth switch { 1 => [37, 37, 37], 2 => [37, 512, 37, 5, 37], _ => [37, 130, 5, 37] };
        var features = new AffineScale([.. Networks.Values(6, 40, 10)], [.. Networks.Values(6, 41).Select(value => value + 1.5f)]);
        FeedForwardNetwork network = Networks.Create(6, hidden, 2, activation, features: features, normalization: normalization, branchDepth: branchDepth);
        const int Rows = 9;
        float[] rows = Networks.Values(Rows * 6, 3, 12), together = new float[Rows * 2], alone = new float[2];
        new NetworkScorer(network, Rows).Score(rows, Rows, together);
        for (int row = 0; row < Rows; row++)
        {
            network.Predict(rows.AsSpan(row * 6, 6), alone);
            Assert.That(alone, Is.EqualTo(together[(2 * row)..(2 * row + 2)]));
            double[] expected = Networks.Logits(network, rows.AsSpan(row * 6, 6), Function(activation));
            for (int output = 0; output < 2; output++)
                Assert.That(alone[output], Is.EqualTo(expected[output]).Within(2e-4 * Math.Max(1, Math.Abs(expected[output]))));    // up to 512 terms of unit size, a few layers; a small variance divides errors
        }
    }

    /// <summary>Layers of one to three units have products of their own where a batch has many rows.</summary>
    [Test]
    public void Narrow_blocks_score_the_same_alone_and_in_a_large_batch([Values(1, 2, 3)] int width, [Values(Normalization.None, Normalization.Batch)] Normalization normalization)
    {
        FeedForwardNetwork network = Networks.Create(6, [width, 5, width, 5, width], 2, normalization: normalization, branchDepth: 2);
        const int Rows = 40;
        float[] rows = Networks.Values(Rows * 6, 3, 2), together = new float[Rows * 2];
        new NetworkScorer(network, Rows).Score(rows, Rows, together);
        for (int row = 0; row < Rows; row++)
        {
            float[] alone = new float[2];
            network.Predict(rows.AsSpan(row * 6, 6), alone);
            Assert.That(together[(2 * row)..(2 * row + 2)], Is.EqualTo(alone));
            double[] expected = Networks.Logits(network, rows.AsSpan(row * 6, 6), z => Math.Max(0, z));
            for (int output = 0; output < 2; output++)
                Assert.That(alone[output], Is.EqualTo(expected[output]).Within(1e-5 * Math.Max(1, Math.Abs(expected[output]))));    // a dozen terms in each of six layers
        }
    }

    [TestCase(1, new int[] { 0, 1, 2, 3, 4, 5, 6 })]
    [TestCase(2, new int[] { 0, 2, 4, 6 })]
    [TestCase(3, new int[] { 0, 3, 6 })]
    [TestCase(6, new int[] { 0, 6 })]
    public void Every_branch_of_that_depth_starts_where_the_one_before_it_ends(int branchDepth, int[] stream)
    {
        FeedForwardNetwork network = Networks.Create(4, [8, 8, 8, 8, 8, 8, 8], 2, branchDepth: branchDepth);
        int?[] expected = new int?[8];
        for (int i = 1; i < stream.Length; i++)
            expected[stream[i]] = stream[i - 1];
        Assert.That(network.DenseLayers.Select(layer => layer.SkipFrom), Is.EqualTo(expected));
        Assert.That(network.ParameterCount, Is.EqualTo(Networks.Create(4, [8, 8, 8, 8, 8, 8, 8], 2).ParameterCount), "adding takes no parameters");
    }

    [Test]
    public void The_list_of_layers_is_a_stem_and_the_blocks()
        => Assert.That(new ResidualBlocks(3).Layers(blocks: 2, width: 5), Is.EqualTo((int[])[5, 5, 5, 5, 5, 5, 5]));

    [TestCase(new int[] { 8, 4, 8, 8, 6 }, 2, "hidden[4], which ends the block that starts from hidden[2], has 6 units where hidden[0]", "Give it 8 units")]
    [TestCase(new int[] { 8, 8, 8, 8 }, 2, "the last 1 of these 4, from hidden[3] on, fill no block", "Leave it out or add 1")]
    [TestCase(new int[] { 8, 8, 8, 8, 8, 8 }, 3, "the last 2 of these 6, from hidden[4] on, fill no block", "Leave them out or add 1")]
    [TestCase(new int[] { 8, 8 }, 2, "at least 3 in all", "Residual = null")]
    [TestCase(new int[0], 1, "at least 2 in all", "Residual = null")]
    public void Layers_that_form_no_blocks_are_named(int[] hidden, int branchDepth, string found, string advice)
        => Assert.That(() => new NetworkLayout(4, hidden, "ReLU", 2, branchDepth: branchDepth), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(found).And.Message.Contains(advice));

    [Test]
    public void A_branch_without_layers_is_refused()
        => Assert.That(() => new ResidualBlocks(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 1 dense layer"));

    static TrainingOptions Options(int blocks, int width = 16, int branchDepth = 2, string activation = "ReLU", string init = "auto", int epochs = 0)
    {
        var residual = new ResidualBlocks(branchDepth);
        return Trainings.Options(NetworkTask.Multiclass, 3, [.. residual.Layers(blocks, width)], activation, init: init, epochs: epochs) with { Residual = residual, EarlyStopping = false };
    }

    static IEnumerable<TestCaseData> Starts()
    {
        yield return new TestCaseData("ReLU", Normalization.None, ResidualStart.ZeroWeights);
        yield return new TestCaseData("ReLU", Normalization.Layer, ResidualStart.ZeroWeights);
        yield return new TestCaseData("GELU", Normalization.Layer, ResidualStart.ZeroScales);
        yield return new TestCaseData("Tanh", Normalization.Layer, ResidualStart.ZeroScales);
        yield return new TestCaseData("GELU", Normalization.Batch, ResidualStart.ZeroScales);
    }

    /// <summary>With branches of 0 the network is the stem, one more [normalization,] activation, and the output: a network of one hidden layer.</summary>
    [TestCaseSource(nameof(Starts))]
    public void Branches_that_start_at_0_leave_stem_activation_and_output_and_then_learn(string activation, Normalization normalization, ResidualStart start)
    {
        TrainingSet data = Trainings.Rings(120);
        TrainingOptions options = Options(4, activation: activation) with { Normalization = normalization };
        options = options with { Residual = new ResidualBlocks(2) { Start = start } };
        FeedForwardNetwork network = NetworkTrainer.Train(data, options).Network;
        var shallow = new FeedForwardNetwork(new NetworkLayout(4, [16], activation, 3, normalization), NetworkTask.Multiclass, network.FeatureScale, AffineScale.None);
        foreach ((DenseLayer to, DenseLayer from) in shallow.DenseLayers.Zip([network.DenseLayers[0], network.DenseLayers[^1]]))
        {
            to.SetWeights(from.GetWeights());
            to.SetBiases(from.GetBiases());
        }
        float[] scores = new float[3], expected = new float[3];
        for (int row = 0; row < 20; row++)
        {
            network.Predict(data.Row(row), scores);
            shallow.Predict(data.Row(row), expected);
            Assert.That(scores, Is.EqualTo(expected));
        }
        FeedForwardNetwork trained = NetworkTrainer.Train(data, options with { NumberOfEpochs = 3 }).Network;
        foreach ((DenseLayer before, DenseLayer after) in network.DenseLayers.Zip(trained.DenseLayers))
        {
            Assert.That(after.GetWeights().Zip(before.GetWeights(), (a, b) => a == b).Count(same => same), Is.LessThan(after.GetWeights().Length / 2), after.Name);
            if (start == ResidualStart.ZeroScales && after.Name != "output")
                Assert.That(after.GetNormalizationScales().Zip(before.GetNormalizationScales(), (a, b) => a == b), Has.All.False, after.Name);
        }
    }

    [Test]
    public void The_last_scale_of_each_branch_starts_at_0_and_no_other([Values(1, 2, 3)] int branchDepth)
    {
        TrainingOptions options = Options(2, branchDepth: branchDepth, activation: "GELU") with { Normalization = Normalization.Layer, Residual = new ResidualBlocks(branchDepth) { Start = ResidualStart.ZeroScales } };
        DenseLayer[] hidden = [.. NetworkTrainer.Train(Trainings.Rings(100), options).Network.DenseLayers.SkipLast(1)];
        for (int i = 0; i < hidden.Length; i++)
            Assert.That(hidden[i].GetNormalizationScales(), Is.EqualTo(Enumerable.Repeat(i % branchDepth == branchDepth - 1 && i < hidden.Length - 1 ? 0f : 1f, 16)), hidden[i].Name);
    }

    [TestCase("ReLU", Normalization.Layer, "ReLU has a slope of 0")]
    [TestCase("LeakyReLU(slope=0)", Normalization.Layer, "has a slope of 0")]
    [TestCase("GELU", Normalization.None, "Set Normalization")]
    public void Scales_that_could_never_leave_0_are_refused(string activation, Normalization normalization, string message)
        => Assert.That(() => NetworkTrainer.Train(Trainings.Rings(50), Options(1, activation: activation) with { Normalization = normalization, Residual = new ResidualBlocks(2) { Start = ResidualStart.ZeroScales } }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message).And.Message.Contains("ZeroWeights"));

    /// <summary>Radford et al. 2019, section 2.3: 1/√L, on He's √(2 / fan-in).</summary>
    [Test]
    public void Auto_divides_the_last_weights_of_each_branch_by_the_root_of_the_number_of_branches()
    {
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(100), Options(9)).Initialization;
        TensorPlan[] weights = [.. report.Plan.Where(row => row.Shape.Role != TensorRole.Bias)];
        for (int layer = 1; layer < weights.Length - 1; layer++)
        {
            Assert.That(weights[layer].TargetDeviation, Is.EqualTo(Math.Sqrt(2.0 / 16) / (layer % 2 == 0 ? 3 : 1)).Within(1e-6), weights[layer].Tensor);
            Assert.That(weights[layer].Reason.Contains("one of 9 residual branches", StringComparison.Ordinal), Is.EqualTo(layer % 2 == 0));
            Assert.That((weights[layer].Shape.ResidualBranches, weights[layer].Shape.BranchDepth, weights[layer].Shape.BranchLayer, weights[layer].Shape.EndsBranch), Is.EqualTo((9, 2, 2 - layer % 2, layer % 2 == 0)));
        }
        Assert.That(weights[0].Shape.BranchLayer + weights[^1].Shape.BranchLayer, Is.Zero);
        Assert.That(InitializationReport.FromJson(report.ToJson()).Plan, Is.EqualTo(report.Plan.Select(row => row with { Sha256 = null })));
    }

    /// <summary>At width 256 ln E z² wanders by √(5 / 256) a layer (Hanin and Rolnick 2018); 8 blocks of 2 layers by 0.56 at most. Three times that is a factor of 2.3 in the deviation, where a forgotten stream would be one of 16.
    /// The output's few units say too little.</summary>
    [Test]
    public void Theory_predicts_deviations_and_gradients_of_residual_blocks([Values("ReLU", "Tanh", "GELU")] string activation, [Values] Normalization normalization, [Values("auto", "he")] string init, [Values(1, 2)] int branchDepth, [Values] bool drops)
    {
        TrainingOptions options = Options(8, width: 256, branchDepth: branchDepth, activation: activation, init: init) with { Normalization = normalization, Dropout = drops ? new Dropout(0.3f, isAlpha: false) : null };
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(300, features: 40), options).Initialization;
        using (Assert.EnterMultipleScope())
            foreach (LayerStatistics layer in report.Layers.SkipLast(1))
            {
                Assert.That(layer.PreActivationDeviation / layer.PredictedDeviation, Is.InRange(1 / 2.3, 2.3), layer.Layer);
                Assert.That(layer.PreActivationGradientNorm / layer.PredictedGradientNorm, Is.InRange(1 / 2.3, 2.3), layer.Layer);
            }
    }

    /// <summary>He's rule doubles E x² in every block of a ReLU network without normalization: x and F(x) have the same variance and are independent.</summary>
    [Test]
    public void The_stream_doubles_in_every_block_under_He()
    {
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(300, features: 40), Options(6, width: 256, init: "he")).Initialization;
        for (int block = 1; block <= 6; block++)
            Assert.That(report.Layers[2 * block].PredictedDeviation / report.Layers[0].PredictedDeviation, Is.EqualTo(Math.Pow(2, block / 2.0)).Within(0.05 * Math.Pow(2, block / 2.0)));   // measured Var W is within √(2/256²) of He's a layer
    }

    [Test]
    public void Healthy_residual_networks_are_called_healthy([Values("ReLU", "Tanh", "GELU", "SELU", "Sigmoid")] string activation, [Values] Normalization normalization, [Values(1, 3, 50)] int blocks, [Values] ResidualStart start, [Values("SGD", "Adam")] string optimizer)
    {
        if (start == ResidualStart.ZeroScales && (normalization == Normalization.None || activation == "ReLU"))
            return;
        TrainingOptions options = Options(blocks, width: 32, activation: activation) with { Normalization = normalization, Residual = new ResidualBlocks(2) { Start = start }, Optimizer = MLNet.WeightInit.Engine.Training.Optimizers.Optimizers.Parse(optimizer) };
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(200, features: 20), options).Initialization;
        Assert.That(report.Verdict, Is.EqualTo(Verdict.Healthy), report.ToString());
        Assert.That(NetworkTrainer.Train(Trainings.Rings(200, features: 20), options with { OutputInit = InitializerRegistry.CreateDefault().Parse("zeros") }).Initialization.Verdict, Is.EqualTo(Verdict.Healthy));
    }

    /// <summary>Zhang et al. 2019, section 2: without normalization the standard rules explode with the number of blocks.</summary>
    [TestCase("he", Normalization.None, Verdict.ExplodingForward)]
    [TestCase("he", Normalization.Layer, Verdict.Healthy)]
    [TestCase("zeros", Normalization.Layer, Verdict.Symmetric)]
    public void Thirty_blocks_are_judged_by_their_stream(string init, Normalization normalization, Verdict expected)
    {
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(200, features: 20), Options(30, width: 64, init: init) with { Normalization = normalization }).Initialization;
        Assert.That(report.Verdict, Is.EqualTo(expected), report.ToString());
        if (expected == Verdict.ExplodingForward)
            Assert.That(report.Findings[0].Remedies.Select(remedy => remedy.Code), Is.EqualTo((string[])["init: \"Auto\"", "Normalization = \"layer\""]));
    }

    /// <summary>101 layers of 8 without blocks don't learn in this time (the loss stays at that of the classes' shares), with blocks they do.</summary>
    [Test]
    public void Fifty_blocks_train_where_as_many_plain_layers_do_not()
    {
        TrainingOptions options = Options(50, width: 8, epochs: 40) with { LearningRate = 0.005f, Normalization = Normalization.Layer };
        double Loss(TrainingOptions changed) => NetworkTrainer.Train(Trainings.Rings(200), changed).History.Epochs[^1].TrainingLoss;
        Assert.That(Loss(options), Is.LessThan(0.75 * Loss(options with { Residual = null })));
    }

    [Test]
    public void A_training_goes_on_from_its_checkpoint([Values] Normalization normalization, [Values(1, 3)] int threads)
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options(2, width: 40, epochs: 6) with { Normalization = normalization, Dropout = new Dropout(0.2f, isAlpha: false), Threads = threads, EmaDecay = 0.9f, EarlyStopping = true, ValidationFraction = 0.3f };
        TrainingSet data = Trainings.Rings(150);
        TrainingResult expected = NetworkTrainer.Train(data, options with { Threads = 1 });
        NetworkTrainer.Train(data, options with { NumberOfEpochs = 2, Checkpoint = new(folder["training"]) });
        TrainingResult resumed = NetworkTrainer.Train(data, options with { Checkpoint = new(folder["training"]) });
        Assert.That(Trainings.Bytes(resumed.Network), Is.EqualTo(Trainings.Bytes(expected.Network)));
        Assert.That(resumed.History.Epochs, Is.EqualTo(expected.History.Epochs));
    }

    [Test]
    public void A_model_of_other_blocks_is_not_trained_further()
    {
        TrainingOptions options = Options(2, branchDepth: 1, epochs: 1);
        TrainingResult first = NetworkTrainer.Train(Trainings.Rings(100), options);
        Assert.That(() => NetworkTrainer.Train(Trainings.Rings(100), options with { Residual = new ResidualBlocks(2) }, start: new TrainingStart(first.Network, first.Initialization)),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("layers in a residual branch: 1 in the model, 2 asked for"));
        Assert.That(NetworkTrainer.Train(Trainings.Rings(100), options, start: new TrainingStart(first.Network, first.Initialization)).Network.DenseLayers[1].SkipFrom, Is.Zero);
    }

    [Test]
    public void A_network_file_keeps_the_blocks([Values] Normalization normalization)
    {
        FeedForwardNetwork network = Networks.Create(4, [8, 6, 8], 2, normalization: normalization, branchDepth: 2);
        byte[] bytes = Trainings.Bytes(network);
        FeedForwardNetwork read = FeedForwardNetwork.Load(new MemoryStream(bytes));
        Assert.That(Trainings.Bytes(read), Is.EqualTo(bytes));
        Assert.That(read.DenseLayers.Select(layer => layer.SkipFrom), Is.EqualTo((int?[])[null, null, 0, null]));
        float[] scores = new float[2], expected = new float[2], row = Networks.Values(4, 3);
        read.Predict(row, scores);
        network.Predict(row, expected);
        Assert.That(scores, Is.EqualTo(expected));
    }
}
