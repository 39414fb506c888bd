using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
public sealed class AutoTests
{
    static InitializationPlan Plan(string activation, int[] widths, int inputs = 64, int outputs = 10, double secondMoment = double.NaN, IReadOnlyList<float>? prior = null, string? loss = null, string optimizer = "Adam")
    {
        var layers = new List<(int, int, string)>();
        foreach (int width in widths)
        {
            layers.Add((inputs, width, activation));
            inputs = width;
        }
        layers.Add((inputs, outputs, "Identity"));
        return PlanExecution.Build(layers, new Auto(), null, null, secondMoment, prior, optimizer, losses: loss is null ? null : [loss]);
    }

    [TestCase("ReLU", "he")]
    [TestCase("LeakyReLU(slope=0.2)", "he(negative_slope=0.2)")]
    [TestCase("LeakyReLU", "he(negative_slope=0.01)")]
    [TestCase("GELU", "he")]
    [TestCase("SiLU", "he")]
    [TestCase("Mish", "he")]
    [TestCase("HardSwish", "he")]
    [TestCase("ELU(alpha=1)", "he")]
    [TestCase("SELU", "lecun")]
    [TestCase("Identity", "lecun")]
    [TestCase("Softplus", "lecun")]
    [TestCase("Tanh", "glorot")]
    [TestCase("HardTanh", "glorot")]
    [TestCase("Softsign", "glorot")]
    [TestCase("Sin", "glorot")]
    [TestCase("Erf", "glorot")]
    [TestCase("Sigmoid", "glorot(gain=4)")]
    [TestCase("SomebodysOwn(x=1)", "lecun")]
    public void The_activation_chooses_the_hidden_rule_with_a_reason(string activation, string specification)
    {
        PlannedTensor hidden = Plan(activation, [32]).Tensors[0];
        Assert.That(hidden.Initializer!.Specification, Is.EqualTo(specification));
        Assert.That(hidden.Reason, Does.Contain("σ = 0.").And.EndWith("."));
    }

    /// <summary>L g^(2 (L − 1)) = 1: g⁶ = 1/4, g¹⁸ = 1/10, g²⁸ = 1/15, g⁵⁶ = 1/29; after a leaky ReLU of slope 0.25 divided by 1.25.</summary>
    [TestCase("ReLU", 4, 1, "Squared", "Adam", 0.793701, 0.793701)]
    [TestCase("LeakyReLU(slope=0.25)", 10, 1, "Absolute", "Lion", 0.879923, 0.703938)]
    [TestCase("ReLU", 15, 8, "SoftmaxCrossEntropy", "Momentum", 0.907814, 0.907814)]
    [TestCase("ReLU", 29, 8, "BinaryCrossEntropy", "Adam", 0.941642, 0.941642)]
    public void Plain_rectifiers_start_mirrored_where_that_is_better_and_no_further_at_any_depth(string activation, int depth, int outputs, string loss, string optimizer, double first, double later)
    {
        InitializationPlan plan = Plan(activation, [.. Enumerable.Repeat(32, depth)], outputs: outputs, secondMoment: 1, loss: loss, prior: new float[outputs], optimizer: optimizer);
        for (int layer = 0; layer < depth; layer++)
        {
            Assert.That(plan.Weights[layer].Initializer, Is.TypeOf<LooksLinear>());
            Assert.That(((LooksLinear)plan.Weights[layer].Initializer!).Gain, Is.EqualTo(layer == 0 ? first : later).Within(1e-6));
            Assert.That(plan.Weights[layer].Reason, Does.Contain("Balduzzi et al. 2017").And.Contain($"in each of {depth} layers"));
        }
        Assert.That(plan.Weights[depth].Initializer!.Specification, Is.EqualTo("small_logits"));
        Assert.That(plan.Biases.SkipLast(1).Select(bias => bias.Initializer), Is.All.TypeOf<Zeros>());
        Assert.That(plan.Biases[^1].Initializer, Is.TypeOf<FromArray>());
    }

    [Test]
    public void Other_networks_keep_the_rule_of_their_activation()
    {
        int[] deep = [.. Enumerable.Repeat(32, 15)], uneven = [.. deep[..14], 34], odd = [.. Enumerable.Repeat(33, 15)];
        (int, int, string)[] layers = [(32, 32, "ReLU"), .. Enumerable.Repeat((32, 32, "ReLU"), 20), (32, 12, "Identity")];
        const string classes = "SoftmaxCrossEntropy", values = "Squared";
        foreach (InitializationPlan plan in (InitializationPlan[])[Plan("ReLU", deep[..14], loss: classes), Plan("ReLU", deep, outputs: 7, loss: classes), Plan("ReLU", deep, loss: classes, optimizer: "SGD"), Plan("GELU", deep, loss: classes), Plan("SiLU", deep, outputs: 1, loss: values), Plan("ReLU", odd, loss: classes), Plan("ReLU", uneven, loss: classes),
            Plan("GELU", deep[..14], loss: classes), Plan("GELU", [.. Enumerable.Repeat(32, 40)], outputs: 1, loss: "BinaryCrossEntropy"), Plan("ELU", deep, loss: classes), Plan("SELU", deep, loss: values), Plan("Tanh", deep, loss: values),
            Plan("ReLU", [32, 32, 32], outputs: 1, loss: values), Plan("ReLU", deep, outputs: 1, loss: values, optimizer: "Momentum(momentum=0.9)"), Plan("ReLU", odd, outputs: 1, loss: values), Plan("ReLU", [64, 64, 8, 64], outputs: 5, loss: values), Plan("ReLU", deep, loss: null), Plan("ReLU", deep, outputs: 1, loss: "Poisson"),
            PlanExecution.Build(layers, new Auto(), dropout: 0.1f, optimizer: "Adam", losses: [values]), PlanExecution.Build(layers, new Auto(), residual: new ResidualBlocks(2), optimizer: "Adam", losses: [classes]), PlanExecution.Build(layers, new Auto(), isNormalized: true, optimizer: "Adam", losses: [values])])
            Assert.That(plan.Weights.SkipLast(1).Select(tensor => tensor.Initializer), Is.All.TypeOf<VarianceScaling>());
    }

    /// <summary>Where nothing is proven to be better, the start is the textbook's, bit for bit, so that their trainings are one.</summary>
    [TestCase("ReLU", 3, 10, "SoftmaxCrossEntropy", "Momentum", "he")]
    [TestCase("ReLU", 30, 1, "BinaryCrossEntropy", "Adam", "he")]
    [TestCase("GELU", 10, 10, "SoftmaxCrossEntropy", "Adam", "he")]
    [TestCase("SELU", 10, 10, "SoftmaxCrossEntropy", "Momentum", "lecun")]
    [TestCase("GELU", 30, 1, "BinaryCrossEntropy", "Momentum", "he")]
    [TestCase("Tanh", 30, 10, "SoftmaxCrossEntropy", "Adam", "glorot")]
    [TestCase("LeakyReLU(slope=0.2)", 2, 3, "SoftmaxCrossEntropy", "SGD", "he(negative_slope=0.2)")]
    [TestCase("Tanh", 1, 1, "Squared", "Momentum(momentum=0.95)", "glorot")]
    [TestCase("SELU", 4, 1, "Squared", "Adam", "lecun")]
    [TestCase("SELU", 1, 1, "Squared", "Adam", "lecun")]
    [TestCase("Tanh", 3, 1, "Squared", "Adam", "glorot")]
    [TestCase("GELU", 5, 1, "Squared", "Adam", "he")]
    [TestCase("ReLU", 1, 1, "Huber", "SGD", "he")]
    [TestCase("ReLU", 20, 1, "Squared", "Momentum", "he")]
    [TestCase("ReLU", 30, 10, "SoftmaxCrossEntropy", "SGD", "he")]
    public void A_network_without_a_better_rule_starts_as_the_textbook_says_to_the_bit(string activation, int depth, int outputs, string loss, string optimizer, string textbook)
    {
        (int, int, string)[] layers = [.. Enumerable.Repeat((16, 16, activation), depth), (16, outputs, "Identity")];
        float[] prior = [.. Enumerable.Repeat(loss == "SoftmaxCrossEntropy" ? -MathF.Log(outputs) : outputs == 1 && loss == "BinaryCrossEntropy" ? 0.5f : 0, outputs)];
        InitializationPlan own = PlanExecution.Build(layers, new Auto(), featureSecondMoment: 0.95, priorBias: prior, optimizer: optimizer, losses: [loss]),
            book = PlanExecution.Build(layers, InitializerRegistry.CreateDefault().Parse(textbook), biasInit: new PriorBias(), featureSecondMoment: 0.95, priorBias: prior, optimizer: optimizer, losses: [loss]);
        foreach ((PlannedTensor tensor, PlannedTensor expected) in own.Tensors.Zip(book.Tensors))
            Assert.That(PlanExecution.Fill(tensor, 3), Is.EqualTo(PlanExecution.Fill(expected, 3)), tensor.Name);
        Assert.That(own.Weights[^1].Reason, Does.StartWith("The textbook's rule").And.Contain("fan").And.Contain(loss).And.Contain(optimizer));
    }

    /// <summary>One-hot columns of 1,000 categories: Σ E x² = 1, and the sums start √0.001 = 0.0316 times as large. σ stays √(2 / 1000).</summary>
    [TestCase(0.001, "Σ E x² = 1, not 1000", "0.0316 times as large")]
    [TestCase(0.89, "Σ E x² = 890, not 1000", "0.943 times as large")]
    [TestCase(0.91, null, null)]
    [TestCase(1.09, null, null)]
    [TestCase(4, "Σ E x² = 4E+03, not 1000", "2 times as large")]
    [TestCase(double.NaN, null, null)]
    public void Features_of_another_size_are_told_in_the_reason_and_leave_the_weights(double secondMoment, string? sum, string? factor)
    {
        InitializationPlan plan = Plan("ReLU", [32, 32], inputs: 1000, secondMoment: secondMoment, loss: "SoftmaxCrossEntropy");
        Assert.That(plan.Weights[0].Initializer!.Specification, Is.EqualTo("he"));
        Assert.That(plan.Weights[0].Reason, sum is null ? Does.Not.Contain("Σ E x²") : Does.Contain(sum).And.Contain(factor));
        Assert.That(plan.Weights[1].Reason, Does.Not.Contain("Σ E x²"));
    }

    /// <summary>Heads that are all over classes are as one over classes, heads of values as one of values; a network of both kinds keeps the small head, which is neither's worst.</summary>
    [TestCase("Tanh", "SoftmaxCrossEntropy BinaryCrossEntropy", "glorot", null)]
    [TestCase("ReLU", "SoftmaxCrossEntropy SoftmaxCrossEntropy", "he", "SoftmaxCrossEntropy")]
    [TestCase("ReLU", "SoftmaxCrossEntropy Squared", "small_logits", null)]
    [TestCase("Tanh", "Squared Huber", "glorot", null)]
    [TestCase("Tanh", "Squared Poisson", "small_logits", null)]
    public void Several_heads_choose_by_all_of_their_losses(string activation, string losses, string head, string? common)
    {
        InitializationPlan plan = PlanExecution.Build([(8, 33, activation), (33, 3, "Identity")], new Auto(), optimizer: "SGD", losses: losses.Split(' '));
        Assert.That(plan.Weights[^1].Initializer!.Name, Is.EqualTo(head));
        Assert.That(plan.Loss, Is.EqualTo(common));
    }

    /// <summary>An adaptive optimizer divides gradients by their size, so that a small head costs it nothing over a few layers of rectifiers.</summary>
    [TestCase("Tanh", 1, "Squared", "Adam", false)]
    [TestCase("SELU", 1, "Huber", "Lion", false)]
    [TestCase("ELU", 3, "Squared", "AdamW", false)]
    [TestCase("ReLU", 1, "Huber", "Lion", true)]              // He's weights: Var f of about 2 against labels of variance 1
    [TestCase("SiLU", 3, "Squared", "AdamW", true)]
    [TestCase("Identity", 1, "Squared", "Adam", true)]        // sooner at the minimum from near 0
    [TestCase("GELU", 4, "Squared", "Adam", false)]
    [TestCase("ReLU", 2, "Squared", "Momentum", false)]
    [TestCase("Tanh", 3, "Poisson", "SGD", true)]
    [TestCase("Tanh", 3, "BinaryCrossEntropy", "Adam", false)]
    public void Loss_and_optimizer_choose_the_head(string activation, int depth, string loss, string optimizer, bool isSmall)
        => Assert.That(Plan(activation, [.. Enumerable.Repeat(33, depth)], outputs: 1, loss: loss, optimizer: optimizer).Weights[^1].Initializer is SmallLogits, Is.EqualTo(isSmall));

    /// <summary>Without hidden layers the outputs start small, whatever the loss; behind two and more residual branches of rectifiers, too, whose stream is larger than a plain layer's signal; behind normalization and bounded activations as the textbook says.</summary>
    [TestCase("ReLU", 0, false, "SoftmaxCrossEntropy", "SGD", true)]
    [TestCase("ReLU", 0, false, "Squared", "SGD", true)]
    [TestCase("ReLU", 2, false, "SoftmaxCrossEntropy", "SGD", true)]
    [TestCase("GELU", 3, false, "Squared", "Momentum", true)]
    [TestCase("ReLU", 1, false, "SoftmaxCrossEntropy", "Adam", false)]
    [TestCase("ReLU", 1, false, "Squared", "Adam", true)]
    [TestCase("ReLU", 1, false, "Squared", "Momentum", false)]
    [TestCase("Tanh", 4, false, "SoftmaxCrossEntropy", "Adam", false)]
    [TestCase("SELU", 4, false, "Squared", "Adam", false)]
    [TestCase("ReLU", 4, true, "Squared", "Adam", false)]
    [TestCase("ReLU", 4, true, "SoftmaxCrossEntropy", "SGD", false)]
    public void Blocks_choose_the_head(string activation, int branches, bool isNormalized, string loss, string optimizer, bool isSmall)
    {
        (int, int, string)[] layers = [.. branches == 0 ? [] : Enumerable.Repeat((16, 16, activation), 1 + 2 * branches), (16, 3, "Identity")];
        InitializationPlan plan = PlanExecution.Build(layers, new Auto(), residual: branches > 0 ? new ResidualBlocks(2) : null, isNormalized: isNormalized, optimizer: optimizer, losses: [loss]);
        Assert.That(plan.Weights[^1].Initializer is SmallLogits, Is.EqualTo(isSmall));
        Assert.That(plan.Weights[^1].Reason.Contains("of normalized sums", StringComparison.Ordinal), Is.EqualTo(isNormalized));
    }

    [TestCase("ReLU", 4, false, true)]
    [TestCase("SELU", 4, false, true)]
    [TestCase("Sigmoid", 4, false, true)]
    [TestCase("Tanh", 3, false, false)]
    [TestCase("Tanh", 4, false, true)]
    [TestCase("ReLU", 19, true, false)]
    [TestCase("ReLU", 20, true, true)]
    public void The_variance_of_a_branchs_end_is_divided_where_the_stream_would_outgrow_the_activation(string activation, int branches, bool isNormalized, bool isDivided)
    {
        (int, int, string)[] layers = [.. Enumerable.Repeat((16, 16, activation), 1 + 2 * branches), (16, 3, "Identity")];
        InitializationPlan plan = PlanExecution.Build(layers, new Auto(), residual: new ResidualBlocks(2), isNormalized: isNormalized, losses: ["Squared"]);
        double within = plan.Weights[1].Initializer!.TargetDeviation(plan.Weights[1].Shape)!.Value, end = plan.Weights[2].Initializer!.TargetDeviation(plan.Weights[2].Shape)!.Value;
        Assert.That(end, Is.EqualTo(within / (isDivided ? Math.Sqrt(branches) : 1)).Within(1e-7));
        Assert.That(plan.Weights[2].Reason.Contains($"It ends one of {branches} residual branches", StringComparison.Ordinal), Is.EqualTo(isDivided));
    }

    /// <summary>Rows of few features lie close together, and tell a random function from the label's soon. Of one-hot columns Σ E x² counts the categorical ones.</summary>
    [TestCase(8, double.NaN, true)]
    [TestCase(7, double.NaN, false)]
    [TestCase(8, 0.99999994, true)]                           // standardized, but for rounding
    [TestCase(9, 7.0 / 9, false)]                             // two of them constant
    [TestCase(1000, 0.008, true)]
    [TestCase(1000, 0.007, false)]
    [TestCase(3, 100.0, false)]
    public void Values_of_few_features_start_as_the_textbook_says(int inputs, double secondMoment, bool isOwn)
    {
        InitializationPlan deep = Plan("ReLU", [32, 32, 32, 32], inputs, outputs: 1, secondMoment: secondMoment, loss: "Squared"), shallow = Plan("GELU", [32], inputs, outputs: 1, secondMoment: secondMoment, loss: "Squared");
        Assert.That(deep.Weights[0].Initializer is LooksLinear, Is.EqualTo(isOwn));
        Assert.That(shallow.Weights[^1].Initializer is SmallLogits, Is.EqualTo(isOwn));
        Assert.That(shallow.Weights[^1].Reason, isOwn ? Does.Not.Contain("hidden layer of") : Does.Contain("over one hidden layer of ").And.EndWith(" features."));
    }

    /// <summary>
    /// He's stem gives the stream a variance of 2; each of L branches reads half of it and adds, with a gain of √(1 / L), an L-th of it: 2 (1 + 1 / L)^L, of which the head reads half. In blocks of two layers the first has variance
    /// s and the second s / L. The head behind normalized layers reads ½ of the normalized 1.
    /// </summary>
    [TestCase(1, false, 2.44140625)]
    [TestCase(2, false, 2.44140625)]
    [TestCase(1, true, 0.5)]
    public void A_residual_networks_head_reads_the_sum_of_the_branches(int branchDepth, bool isNormalized, double expected)
    {
        (int, int, string)[] layers = [(64, 64, "ReLU"), .. Enumerable.Repeat((64, 64, "ReLU"), 4 * branchDepth), (64, 2, "Identity")];
        InitializationPlan plan = PlanExecution.Build(layers, new Auto(), residual: new ResidualBlocks(branchDepth), isNormalized: isNormalized, featureSecondMoment: 1);
        Assert.That(((SmallLogits)plan.Weights[^1].Initializer!).SecondMoment, Is.EqualTo(expected).Within(1e-6));
    }

    /// <summary>The textbook's head reads dropped units, too: with q = 0.64 a deviation of 0.8 times the rule's.</summary>
    [TestCase("ReLU", "he(gain=0.8)")]
    [TestCase("LeakyReLU(slope=0.5)", "he(gain=0.8, negative_slope=0.5)")]
    [TestCase("Tanh", "glorot(gain=0.8)")]
    [TestCase("SELU", "lecun(gain=0.8)")]
    public void Dropout_lowers_the_gain_of_the_textbooks_head(string activation, string head)
        => Assert.That(PlanExecution.Build([(64, 64, activation), (64, 2, "Identity")], new Auto(), dropout: 0.36f, losses: ["SoftmaxCrossEntropy"]).Weights[^1].Initializer!.Specification, Is.EqualTo(head));

    /// <summary>E (h m / q)² = E h² / q, so Var W of every layer that reads dropped units is q = 0.64 times what it would be: deviations 0.8 times.</summary>
    [TestCase("ReLU", "he(gain=0.8)")]
    [TestCase("LeakyReLU(slope=0.5)", "he(gain=0.8, negative_slope=0.5)")]
    [TestCase("Tanh", "glorot(gain=0.8)")]
    [TestCase("Sigmoid", "glorot(gain=3.2)")]
    [TestCase("SELU", "lecun(gain=0.8)")]
    public void Dropout_lowers_the_gain_of_the_layers_behind_it(string activation, string specification)
    {
        (int, int, string)[] layers = [(64, 64, activation), (64, 64, activation), (64, 2, "Identity")];
        PlannedTensor[] plain = [.. PlanExecution.Build(layers, new Auto()).Weights], dropped = [.. PlanExecution.Build(layers, new Auto(), dropout: 0.36f).Weights];
        Assert.That(dropped[0].Initializer!.Specification, Is.EqualTo(plain[0].Initializer!.Specification), "nothing drops features");
        Assert.That(dropped[1].Initializer!.Specification, Is.EqualTo(specification));
        Assert.That(dropped[1].Reason, Does.Contain("Dropout of 0.36").And.Contain("multiplied by 0.64"));
        Assert.That(dropped[1].Shape.InputDropout, Is.EqualTo(0.36f));
        // The head reads 1 / q of E h²; a bound on E h² that does not depend on the hidden weights' deviation is the same for both plans.
        if (activation == "ReLU")
            Assert.That(dropped[2].Initializer!.TargetDeviation(dropped[2].Shape), Is.EqualTo(0.8 * plain[2].Initializer!.TargetDeviation(plain[2].Shape)!.Value).Within(1e-6));
    }

    [Test]
    public void No_activation_of_the_engine_is_unknown()
    {
        foreach (string name in Activations.All)
            Assert.That(Plan(name, [32]).Tensors[0].Reason, Does.Not.Contain("Nothing is known"), name);
    }

    [Test]
    public void Hidden_biases_are_zero_and_the_outputs_hold_the_prior()
    {
        PlannedTensor[] biases = [.. Plan("ReLU", [8, 8], outputs: 2, prior: [-0.1f, -2.3f]).Biases];
        Assert.That(biases.Select(bias => bias.Initializer!.Specification), Is.EqualTo((string[])["zeros", "zeros", "from_array(values=-0.1 -2.3)"]));
        Assert.That(PlanExecution.Fill(biases[2], 1), Is.EqualTo((float[])[-0.1f, -2.3f]));
        Assert.That(Plan("ReLU", [8], outputs: 2).Biases.Last().Initializer!.Specification, Is.EqualTo("zeros"));
    }

    /// <summary>Variance of the outputs about their own means on standard normal rows: the whole network, as a double loop, for every activation.</summary>
    static double LogitVariance(InitializationPlan plan, Func<double, double> activation, double featureDeviation, long seed)
    {
        const int rows = 200;
        PlannedTensor[] tensors = [.. plan.Weights];
        int inputs = tensors[0].Shape.FanIn;
        var features = new float[rows * inputs];
        new RandomSource(seed, "rows").FillNormal(features, (float)featureDeviation);
        double[] values = [.. features.Select(value => (double)value)];
        foreach (PlannedTensor tensor in tensors)
        {
            float[] weights = PlanExecution.Fill(tensor, seed);
            int units = tensor.Shape.Rows, fan = tensor.Shape.Columns;
            var next = new double[rows * units];
            for (int row = 0; row < rows; row++)
                for (int unit = 0; unit < units; unit++)
                {
                    double sum = 0;
                    for (int i = 0; i < fan; i++)
                        sum += weights[unit * fan + i] * values[row * fan + i];
                    next[row * units + unit] = tensor.Shape.Role == TensorRole.Output ? sum : activation(sum);
                }
            values = next;
        }
        int outputs = values.Length / rows;
        double pooled = 0;
        for (int output = 0; output < outputs; output++)
        {
            double mean = Enumerable.Range(0, rows).Average(row => values[row * outputs + output]);
            pooled += Enumerable.Range(0, rows).Average(row => Math.Pow(values[row * outputs + output] - mean, 2));
        }
        return pooled / outputs;
    }

    static readonly (string Name, Func<double, double> Function)[] s_activations =
    [
        ("ReLU", z => Math.Max(0, z)), ("LeakyReLU(slope=0.3)", z => z > 0 ? z : 0.3 * z), ("ELU", z => z > 0 ? z : Math.Exp(z) - 1),
        ("SELU", z => 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * (Math.Exp(z) - 1))), ("GELU", z => z * SampleNormal(z)), ("SiLU", z => z / (1 + Math.Exp(-z))),
        ("Mish", z => z * Math.Tanh(Math.Log(1 + Math.Exp(z)))), ("HardSwish", z => z * Math.Clamp((z + 3) / 6, 0, 1)), ("Tanh", Math.Tanh), ("HardTanh", z => Math.Clamp(z, -1, 1)),
        ("Softsign", z => z / (1 + Math.Abs(z))), ("Sin", Math.Sin), ("Erf", z => 2 * SampleNormal(z * Math.Sqrt(Math.PI / 2)) - 1), ("Sigmoid", z => 1 / (1 + Math.Exp(-z))), ("Softplus", z => Math.Log(1 + Math.Exp(z))), ("Identity", z => z),
    ];

    static double SampleNormal(double z) => Randomness.SampleStatistics.NormalDistribution(z);

    /// <summary>The prediction is a bound of the second moment, so the variance about the mean is below 0.05 but for the fluctuation of 10 outputs, √(2 / 10) of it, and of the layers.</summary>
    [Test]
    public void The_outputs_of_an_untrained_network_vary_by_less_than_a_tenth([Values(0, 1, 2)] int seed)
    {
        foreach ((string name, Func<double, double> function) in s_activations)
            foreach (int[] widths in (int[][])[[], [128], [128, 64, 64]])
                foreach (double deviation in (double[])[0.1, 1, 5])
                {
                    InitializationPlan plan = Plan(name, widths, secondMoment: deviation * deviation);
                    Assert.That(LogitVariance(plan, function, deviation, seed), Is.LessThan(0.1), $"{name}, {widths.Length} hidden layers, features of deviation {deviation}");
                }
    }

    [Test]
    public void A_linear_model_and_one_of_few_units_start_near_the_wanted_variance()
        => Assert.That(LogitVariance(Plan("ReLU", [], outputs: 200, secondMoment: 4), z => z, 2, 1), Is.EqualTo(0.05).Within(0.05 * 5 * Math.Sqrt(2.0 / 200 + 2.0 / 64)));

    [Test]
    public void A_head_that_varies_too_much_on_the_data_is_scaled_to_just_below_a_tenth()
    {
        InitializationPlan plan = Plan("ReLU", [16], inputs: 4, outputs: 2);
        var context = new LinearContext([3, 0, 0, 3], [10, 1, -10, 1, 10, 1, -10, 1], rows: 4);     // outputs ±30 and 3: the second one's mean is no variance
        PlanExecution.Calibrate(plan, new Auto(), context);
        float[] outputs = context.ComputePreActivations(1);
        double variance = Enumerable.Range(0, 4).Average(row => outputs[2 * row] * outputs[2 * row]) / 2;
        Assert.That(variance, Is.LessThanOrEqualTo(0.1).And.GreaterThan(0.098));
        Assert.That(plan.Weights.Last().Reason, Does.Contain("On the data the outputs' variance was 450"));
    }

    [Test]
    public void A_head_within_the_limit_is_left_alone_and_so_is_one_that_the_user_chose()
    {
        var calm = new LinearContext([0.01f, 0, 0, 0.01f], [10, 1, -10, 1], rows: 2);
        PlanExecution.Calibrate(Plan("ReLU", [16], outputs: 2), new Auto(), calm);
        Assert.That(calm.WasSet, Is.False);
        var loud = new LinearContext([3, 0, 0, 3], [10, 1, -10, 1], rows: 2);
        InitializationPlan chosen = PlanExecution.Build([(4, 16, "ReLU"), (16, 2, "Identity")], new Auto(), outputInit: VarianceScaling.He());
        PlanExecution.Calibrate(chosen, new Auto(), loud);
        Assert.That(loud.WasSet, Is.False);
    }

    /// <summary>An output layer alone, 2 × 2, on given rows.</summary>
    sealed class LinearContext(float[] weights, float[] inputs, int rows) : CalibrationContext
    {
        float[] _weights = weights;

        public bool WasSet { get; private set; }
        public override int LayerCount => 2;
        public override int ProbeRows => rows;
        public override WeightShape GetShape(int layer) => WeightShape.Dense(2, 2);
        public override float[] GetWeights(int layer) => [.. _weights];
        public override void SetWeights(int layer, ReadOnlySpan<float> weights) => (_weights, WasSet) = (weights.ToArray(), true);
        public override float[] GetBiases(int layer) => new float[2];
        public override void SetBiases(int layer, ReadOnlySpan<float> biases) => throw new NotSupportedException();
        public override RandomSource Random => new(1, 1);
        public override float[] ComputePreActivations(int layer)
            => [.. Enumerable.Range(0, rows * 2).Select(i => _weights[i % 2 * 2] * inputs[i / 2 * 2] + _weights[i % 2 * 2 + 1] * inputs[i / 2 * 2 + 1])];
    }
}
