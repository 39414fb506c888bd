using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
public sealed class AutoTests
{
    static InitializationPlan Plan(string activation, int[] widths, int inputs = 64, int outputs = 10, double secondMoment = double.NaN, IReadOnlyList<float>? prior = null)
    {
        var layers = new List<(int, int, string)>();
        foreach (int width in widths)
        {
            layers.Add((inputs, width, activation));
            inputs = width;
        }
        layers.Add((inputs, outputs, "Identity"));
        return PlanExecution.Build(layers, new Auto(), null, null, secondMoment, prior);
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

    /// <summary>Random ReLU weights make inputs ever more alike: 30 layers of digits reach 39 to 91 % with He's, 95 % mirrored (docs/benchmarks/initializers.md).</summary>
    [TestCase("ReLU", "looks_linear")]
    [TestCase("LeakyReLU(slope=0.25)", "looks_linear(gain=0.8)")]
    public void Ten_plain_layers_of_rectifiers_start_mirrored(string activation, string specification)
    {
        InitializationPlan plan = Plan(activation, [.. Enumerable.Repeat(32, 10)], secondMoment: 1);
        Assert.That(plan.Weights[0].Initializer!.Specification, Is.EqualTo("looks_linear"));
        for (int layer = 1; layer < 10; layer++)
        {
            Assert.That(plan.Weights[layer].Initializer!.Specification, Is.EqualTo(specification));
            Assert.That(plan.Weights[layer].Reason, Does.Contain("Balduzzi et al. 2017").And.Contain("Over 10 plain layers"));
        }
        Assert.That(plan.Weights[10].Initializer, Is.TypeOf<SmallLogits>());
        Assert.That(plan.Biases.Select(bias => bias.Initializer), Is.All.TypeOf<Zeros>());
    }

    [Test]
    public void Other_deep_networks_keep_the_rule_of_their_activation()
    {
        int[] deep = [.. Enumerable.Repeat(32, 10)], uneven = [.. deep[..9], 34], odd = [.. Enumerable.Repeat(33, 10)];
        (int, int, string)[] layers = [(32, 32, "ReLU"), .. Enumerable.Repeat((32, 32, "ReLU"), 10), (32, 2, "Identity")];
        foreach (InitializationPlan plan in (InitializationPlan[])[Plan("ReLU", deep[..9]), Plan("ReLU", odd), Plan("ReLU", uneven), Plan("GELU", deep), Plan("SELU", deep), Plan("Tanh", deep),
            PlanExecution.Build(layers, new Auto(), dropout: 0.1f), PlanExecution.Build(layers, new Auto(), residual: new ResidualBlocks(2))])
            Assert.That(plan.Weights.SkipLast(1).Select(tensor => tensor.Initializer), Is.All.TypeOf<VarianceScaling>());
    }

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
