using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Initializers;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Persistence;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Checkpoints;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>A tensor's own multiple of the learning rate, as a plan sets it: what each optimizer makes of it, and the rates that μP wants.</summary>
[TestFixture]
internal sealed class RateMultipliersTests
{
    static IEnumerable<string> AllOptimizers() => Optimizers.All;

    sealed class Multiplied(Dictionary<string, float> rates) : WeightInitializer
    {
        public override string Name => "multiplied";

        public override void Plan(InitializationPlan plan)
        {
            foreach (PlannedTensor tensor in plan.Tensors.Concat(plan.Embeddings))
            {
                if (tensor.Shape.Role != TensorRole.Embedding)
                    tensor.Use(VarianceScaling.He());
                tensor.LearningRateMultiplier = rates.GetValueOrDefault(tensor.Name, 1);
            }
        }
    }

    /// <summary>What one step moves each tensor by, root mean square, with all rows as one batch.</summary>
    static Dictionary<string, double> Moved(string optimizer, Dictionary<string, float> rates, bool clips = false, int epochs = 1)
    {
        TrainingSet data = Trainings.WithCategories(60);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [12, 10], "Tanh", optimizer: optimizer, batchSize: 60, epochs: 0)
            with { Init = new Multiplied(rates), Embeddings = Trainings.Categories(), WeightDecay = 0, EarlyStopping = false, GradientClipping = clips ? new GradientClipping(isByNorm: true, 0.1f) : null };
        Dictionary<string, float[]> before = Tensors(NetworkTrainer.Train(data, options).Network);
        Dictionary<string, float[]> after = Tensors(NetworkTrainer.Train(data, options with { NumberOfEpochs = epochs, Optimizer = Optimizers.Parse(optimizer) }).Network);
        return before.ToDictionary(tensor => tensor.Key, tensor => Math.Sqrt(tensor.Value.Zip(after[tensor.Key], (a, b) => ((double)a - b) * ((double)a - b)).Average()));
    }

    static Dictionary<string, float[]> Tensors(FeedForwardNetwork network)
    {
        var tensors = new Dictionary<string, float[]>();
        foreach (DenseLayer layer in network.DenseLayers)
        {
            tensors[$"{layer.Name}.weights"] = layer.GetWeights();
            tensors[$"{layer.Name}.bias"] = layer.GetBiases();
        }
        foreach (EmbeddingLayout embedding in network.Layout.Embeddings)
            tensors[$"embedding[{embedding.Column.Name}]"] = network.Parameters.Span.Slice((int)embedding.Offset, (int)embedding.Length).ToArray();
        return tensors;
    }

    /// <summary>L-BFGS has no clipping.</summary>
    static IEnumerable<object[]> OptimizersAndClipping() => AllOptimizers().SelectMany(optimizer => Optimizers.Parse(optimizer).IsFullBatch ? (object[][])[[optimizer, false]] : [[optimizer, false], [optimizer, true]]);

    /// <summary>
    /// In a first step every optimizer moves a tensor by rate · direction, and the direction doesn't know the rate: relative to another tensor, whose rate is 1, the move is multiplied by exactly the multiplier (L-BFGS's line search
    /// scales all tensors alike). Moves of 1e-4 of weights of about 0.3 are differences of 32-bit numbers: 3e-8 in 1e-4.
    /// </summary>
    [TestCaseSource(nameof(OptimizersAndClipping))]
    public void Every_optimizer_multiplies_a_tensors_step(string optimizer, bool clips)
    {
        var rates = new Dictionary<string, float> { ["hidden[0].weights"] = 0.25f, ["hidden[1].weights"] = 4, ["hidden[1].bias"] = 0.5f, ["output.weights"] = 2, ["embedding[color]"] = 3 };
        Dictionary<string, double> plain = Moved(optimizer, [], clips), multiplied = Moved(optimizer, rates, clips);
        double reference = multiplied["hidden[0].bias"] / plain["hidden[0].bias"];
        Assert.That(plain.Values, Has.All.GreaterThan(0));
        foreach (string tensor in plain.Keys)
            Assert.That(multiplied[tensor] / plain[tensor] / reference, Is.EqualTo(rates.GetValueOrDefault(tensor, 1)).Within(2).Percent, tensor);
    }

    [Test]
    public void A_rate_of_0_keeps_a_tensor_with_every_optimizer([ValueSource(nameof(AllOptimizers))] string optimizer)
    {
        Dictionary<string, double> moved = Moved(optimizer, new() { ["hidden[1].weights"] = 0, ["output.bias"] = 0 }, epochs: 3);
        Assert.That(moved["hidden[1].weights"] + moved["output.bias"], Is.Zero);
        Assert.That(moved["hidden[0].weights"], Is.GreaterThan(0));
    }

    static readonly Dictionary<string, float> s_rates = new() { ["hidden[0].weights"] = 0.25f, ["hidden[0].bias"] = 3, ["output.weights"] = 0, ["output.bias"] = 1.7f };

    static TrainingOptions Rated(string optimizer) => Trainings.Options(NetworkTask.Multiclass, 3, [70], "Tanh", optimizer: optimizer, batchSize: 33, epochs: 6) with { Init = new Multiplied(s_rates) };

    [Test, Category("Determinism"), Category("Fused")]
    public void Tensors_with_rates_of_their_own_give_one_model_on_any_threads_and_widths([ValueSource(nameof(AllOptimizers))] string optimizer)
    {
        TrainingSet data = Trainings.Rings(90, features: 37);
        byte[] expected = Trainings.Bytes(NetworkTrainer.Train(data, Rated(optimizer)).Network);
        foreach (int threads in (int[])[1, 2, 3, 8])
            foreach (SimdLevel level in Widths.Fused)
                Assert.That(Trainings.Bytes(NetworkTrainer.Train(data, Rated(optimizer) with { Threads = threads, Simd = level }).Network), Is.EqualTo(expected), $"{threads} threads, {level}");
    }

    [Test, Category("Determinism")]
    public void Tensors_with_rates_of_their_own_go_on_where_they_were([ValueSource(nameof(AllOptimizers))] string optimizer)
    {
        TrainingSet data = Trainings.Rings(90, features: 5);
        using var folder = new TemporaryFolder();
        byte[] expected = Trainings.Bytes(NetworkTrainer.Train(data, Rated(optimizer)).Network);
        foreach (int epochs in (int[])[1, 4, 6])
            NetworkTrainer.Train(data, Rated(optimizer) with { NumberOfEpochs = epochs, Checkpoint = new(folder["rates.checkpoint"]) });
        Assert.That(Trainings.Bytes(NetworkTrainer.Train(data, Rated(optimizer) with { Checkpoint = new(folder["rates.checkpoint"]) }).Network), Is.EqualTo(expected));
    }

    // Yang et al. 2022, table 3, for 10 features, hidden layers of 128 and 32 units, 3 outputs, relative to a base width of 64: fan-out/base is 2 and ½, base/fan-in is ½ and 2.
    [TestCase("SGD", new[] { 2f, 2, 1, 0.5f, 2, 1 })]
    [TestCase("Nesterov(momentum=0.8)", new[] { 2f, 2, 1, 0.5f, 2, 1 })]
    [TestCase("Momentum", new[] { 2f, 2, 1, 0.5f, 2, 1 })]
    [TestCase("Adam", new[] { 1f, 1, 0.5f, 1, 2, 1 })]
    [TestCase("AdamW", new[] { 1f, 1, 0.5f, 1, 2, 1 })]
    [TestCase("RMSProp", new[] { 1f, 1, 0.5f, 1, 2, 1 })]
    [TestCase("Lion", new[] { 1f, 1, 0.5f, 1, 2, 1 })]
    [TestCase("LAMB", new[] { 1f, 1, 0.70710677f, 1, 1, 1 })]
    [TestCase("L-BFGS", new[] { 1f, 1, 1, 1, 1, 1 })]
    public void Mup_has_the_rates_of_its_table(string optimizer, float[] rates)
    {
        InitializationPlan plan = Fills.Plan("mup(base_width=64)", [10, 128, 32, 3], optimizer: optimizer);
        Assert.That(plan.Tensors.Select(tensor => tensor.LearningRateMultiplier), Is.EqualTo(rates));
        Assert.That(plan.Tensors[4].Initializer!.TargetDeviation(plan.Tensors[4].Shape), Is.EqualTo(Math.Sqrt(64) / 32).Within(1e-6), "σ² = base / fan-in²");
        Assert.That(Fills.Plan("mup(base_width=64, zero_output=true)", [10, 128, 32, 3], optimizer: optimizer).Weights()[2], Is.All.Zero);
    }

    /// <summary>μP's weights at the plain rate: what its rates are compared with.</summary>
    sealed class PlainRates : WeightInitializer
    {
        public override string Name => "plain_rates";

        public override void Plan(InitializationPlan plan)
        {
            new MuP(8).Plan(plan);
            foreach (PlannedTensor tensor in plan.Tensors)
                tensor.LearningRateMultiplier = 1;
        }
    }

    /// <summary>The plan of the report has the rate that each tensor really moved at: one step of SGD from the same weights, with and without rates. A step of 1e-4 of weights of about 0.3 is a difference of 32-bit numbers: 3e-8 in 1e-4.</summary>
    [Test]
    public void A_report_has_the_rates_that_the_optimizer_used()
    {
        TrainingSet data = Trainings.Rings(64, features: 8);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16, 12], "Tanh", optimizer: "SGD", batchSize: 64, epochs: 0) with { Init = new MuP(8), WeightDecay = 0, EarlyStopping = false };
        Dictionary<string, float[]> start = Tensors(NetworkTrainer.Train(data, options).Network), plain = Tensors(NetworkTrainer.Train(data, options with { NumberOfEpochs = 1, Init = new PlainRates() }).Network);
        TrainingResult rated = NetworkTrainer.Train(data, options with { NumberOfEpochs = 1 });
        Dictionary<string, float[]> moved = Tensors(rated.Network);
        TensorPlan[] plan = [.. rated.Initialization.Plan];
        Assert.That(plan.Select(row => row.LearningRateMultiplier), Is.EqualTo((float[])[2, 2, 1, 1.5f, 8f / 12, 1]), "fan-out / 8, and 8 / fan-in for the output");
        foreach (TensorPlan row in plan)
        {
            double Distance(Dictionary<string, float[]> to) => Math.Sqrt(start[row.Tensor].Zip(to[row.Tensor], (a, b) => ((double)a - b) * ((double)a - b)).Sum());
            Assert.That(Distance(moved) / Distance(plain), Is.EqualTo(row.LearningRateMultiplier).Within(1).Percent, row.Tensor);
        }
        InitializationReport read = InitializationReport.FromJson(rated.Initialization.ToJson());
        Assert.That(read.Plan, Is.EqualTo(plan.Select(row => row with { Sha256 = null })));
        Assert.That(rated.Initialization.ToString(), Does.Contain("Rate x").And.Contain("2.00").And.Contain("0.667"));
        Assert.That(rated.Initialization.ToMarkdown(), Does.Contain("| Rate x |"));
    }

    /// <summary>Rates are a column of the plan only where one isn't 1: reports of other initializers keep their text and their bytes.</summary>
    [Test]
    public void A_plan_without_rates_says_nothing_of_them()
    {
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(64, features: 8), Trainings.Options(NetworkTask.Multiclass, 3, [16], epochs: 0)).Initialization;
        Assert.That(report.ToJson() + report + report.ToMarkdown(), Does.Not.Contain("learningRateMultiplier").And.Not.Contain("Rate x"));
        Assert.That(report.Plan.Select(row => row.LearningRateMultiplier), Has.All.EqualTo(1f));
    }

    /// <summary>Equal tensors with unequal rates are rows of their own in the text.</summary>
    [Test]
    public void Neighbouring_layers_with_other_rates_are_not_shown_as_one()
    {
        InitializationReport report = NetworkTrainer.Train(Trainings.Rings(64, features: 8), Trainings.Options(NetworkTask.Multiclass, 3, [8, 8, 8], epochs: 0) with { Init = new Multiplied(new() { ["hidden[1].weights"] = 0.25f }) }).Initialization;
        Assert.That(report.ToString(), Does.Contain("hidden[0].weights").And.Contain("hidden[1].weights").And.Contain("hidden[2].weights").And.Contain("0.250"));
    }

    /// <summary>Root mean square of what two steps change the outputs by, over the training rows.</summary>
    static double OutputChange(string init, string optimizer, float learningRate, int width)
    {
        TrainingSet data = Trainings.Rings(64, features: 8);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [width, width], optimizer: optimizer, init: init, batchSize: 64, epochs: 0, learningRate: learningRate) with { WeightDecay = 0, EarlyStopping = false };
        FeedForwardNetwork before = NetworkTrainer.Train(data, options).Network, after = NetworkTrainer.Train(data, options with { NumberOfEpochs = 2, Optimizer = Optimizers.Parse(optimizer) }).Network;
        double sum = 0;
        float[] old = new float[3], changed = new float[3];
        for (int row = 0; row < data.Rows; row++)
        {
            before.Predict(data.Row(row), old);
            after.Predict(data.Row(row), changed);
            for (int output = 0; output < 3; output++)
                sum += Math.Pow(Math.Log(changed[output] / old[output]) - Math.Log(changed[0] / old[0]), 2);
        }
        return Math.Sqrt(sum / data.Rows / 2);
    }

    /// <summary>
    /// What μP is for: the change of the outputs in a step doesn't grow with the width, at one learning rate. Without it, Adam's grows in proportion to the width (each of n hidden units moves by the same, and so does what it is weighted
    /// with): 16-fold from 64 to 1,024 units by theory; SGD's by √width at least. With it within a factor of 2, which finite width leaves.
    /// </summary>
    [TestCase("Adam", 1e-3f)]
    [TestCase("Lion", 3e-4f)]
    [TestCase("SGD", 0.05f)]
    public void Mup_changes_the_outputs_alike_at_any_width(string optimizer, float learningRate)
    {
        double narrow = OutputChange("mup(base_width=64)", optimizer, learningRate, 64), wide = OutputChange("mup(base_width=64)", optimizer, learningRate, 1024);
        double usualNarrow = OutputChange("recipe(hidden=he, output=lecun)", optimizer, learningRate, 64), usualWide = OutputChange("recipe(hidden=he, output=lecun)", optimizer, learningRate, 1024);
        Assert.That(wide / narrow, Is.InRange(0.5, 2));
        Assert.That(usualWide / usualNarrow, Is.GreaterThan(optimizer == "SGD" ? 2 : 5), "the test sees what it is for");
    }
}
