namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
public sealed class PlanExecutionTests
{
    static readonly (int, int, string)[] s_layers = [(5, 7, "ReLU"), (7, 6, "ReLU"), (6, 3, "Identity")];

    static float[][] Fill(InitializationPlan plan, long seed) => [.. plan.Tensors.Select(tensor => PlanExecution.Fill(tensor, seed))];

    [TestCase("prior")]
    [TestCase("forget_bias")]
    public void A_rule_for_biases_is_none_for_weights(string rule)
    {
        (int, int, string)[] layers = [(4, 8, "ReLU"), (8, 2, "Identity")];
        WeightInitializer bias = Fills.Registry.Parse(rule), he = VarianceScaling.He();
        Assert.That(() => PlanExecution.Build(layers, he, outputInit: bias), Throws.InvalidOperationException.With.Message.EqualTo($"'{rule}' is a rule for biases and says nothing of weights. Set BiasInit = \"{rule}\", and leave OutputInit out or give it a rule for weights."));
        Assert.That(() => PlanExecution.Build(layers, he, embeddings: [("Town", 5, 3)], embeddingInit: bias), Throws.InvalidOperationException.With.Message.Contains("leave EmbeddingInit out"));
        Assert.That(() => PlanExecution.Build(layers, he, biasInit: bias, priorBias: [1, 2]), Throws.Nothing);
    }

    [Test]
    public void Tensors_have_their_names_shapes_roles_and_streams()
    {
        InitializationPlan plan = PlanExecution.Build(s_layers, VarianceScaling.He());
        Assert.That(plan.Tensors.Select(tensor => tensor.Name), Is.EqualTo((string[])["hidden[0].weights", "hidden[0].bias", "hidden[1].weights", "hidden[1].bias", "output.weights", "output.bias"]));
        Assert.That(plan.Tensors.Select(tensor => tensor.Stream), Is.EqualTo((string[])["init/hidden/0/weights", "init/hidden/0/bias", "init/hidden/1/weights", "init/hidden/1/bias", "init/output/weights", "init/output/bias"]));
        WeightShape weights = plan.Tensors[2].Shape, bias = plan.Tensors[5].Shape;
        Assert.That((weights.FanIn, weights.FanOut, weights.Rows, weights.Columns, weights.LayerIndex, weights.Depth, weights.Role, weights.Activation), Is.EqualTo((7, 6, 6, 7, 1, 3, TensorRole.Hidden, "ReLU")));
        Assert.That((bias.FanIn, bias.FanOut, bias.Count, bias.LayerIndex, bias.Role), Is.EqualTo((6, 3, 3L, 2, TensorRole.Bias)));
    }

    [Test]
    public void A_further_hidden_layer_keeps_the_draws_of_all_others()
    {
        float[][] shorter = Fill(PlanExecution.Build(s_layers, new PyTorchDefault()), 1);
        float[][] longer = Fill(PlanExecution.Build([s_layers[0], s_layers[1], (6, 6, "ReLU"), s_layers[2]], new PyTorchDefault()), 1);
        Assert.That(longer[..4], Is.EqualTo(shorter[..4]));
        Assert.That(longer[^2..], Is.EqualTo(shorter[^2..]));
        Assert.That(longer[4], Is.Not.EqualTo(longer[2][..36]), "equal shapes draw unequal weights");
    }

    /// <summary>Tables of one size share nothing (five standard errors of a correlation), and a column before another leaves its vectors as they are.</summary>
    [Test]
    public void Each_table_of_categories_draws_from_a_stream_of_its_own()
    {
        InitializationPlan both = PlanExecution.Build(s_layers, VarianceScaling.He(), embeddings: [("Town", 100, 16), ("Street", 100, 16)]);
        float[] town = PlanExecution.Fill(both.Embeddings[0], 1), street = PlanExecution.Fill(both.Embeddings[1], 1);
        Assert.That(Math.Abs(Randomness.SampleStatistics.Correlation(town, street)), Is.LessThan(5 / Math.Sqrt(1600)));
        Assert.That(PlanExecution.Fill(PlanExecution.Build(s_layers, VarianceScaling.He(), embeddings: [("Street", 100, 16)]).Embeddings[0], 1), Is.EqualTo(street));
    }

    [Test]
    public void Biases_are_zero_unless_asked_for()
    {
        Assert.That(PlanExecution.Build(s_layers, VarianceScaling.He()).Biases.SelectMany(bias => PlanExecution.Fill(bias, 1)), Has.All.EqualTo(0f));
        Assert.That(PlanExecution.Build(s_layers, new KerasDefault(), priorBias: [1, 2, 3]).Biases.SelectMany(bias => PlanExecution.Fill(bias, 1)), Has.All.EqualTo(0f));
        Assert.That(PlanExecution.Build(s_layers, new Auto(), biasInit: new Constant(0.1f), priorBias: [1, 2, 3]).Biases.SelectMany(bias => PlanExecution.Fill(bias, 1)), Has.All.EqualTo(0.1f));
        Assert.That(PlanExecution.Build(s_layers, VarianceScaling.He(), biasInit: new Auto(), priorBias: [1, 2, 3]).Biases.SelectMany(bias => PlanExecution.Fill(bias, 1)).Where(value => value != 0), Is.EqualTo((float[])[1, 2, 3]));
    }

    /// <summary>PyTorch draws a bias from U(−1/√fan-in, 1/√fan-in) of the layer, not of the vector.</summary>
    [Test]
    public void PyTorchs_biases_are_bounded_by_the_layers_fan_in()
    {
        InitializationPlan plan = PlanExecution.Build([(400, 10_000, "ReLU"), (10_000, 1, "Identity")], new PyTorchDefault());
        Assert.That(PlanExecution.Fill(plan.Tensors[1], 1).Max(MathF.Abs), Is.LessThan(0.05f).And.GreaterThan(0.0499f));
    }

    [Test]
    public void Overrides_take_the_output_and_the_biases_and_nothing_else()
    {
        InitializationPlan plan = PlanExecution.Build(s_layers, new Orthogonal(), outputInit: new Auto(), biasInit: new PyTorchDefault());
        Assert.That(plan.Tensors.Select(tensor => tensor.Initializer!.Name), Is.EqualTo((string[])["orthogonal", "pytorch_default", "orthogonal", "pytorch_default", "small_logits", "pytorch_default"]));
    }

    [TestCase(float.NaN)]
    [TestCase(float.NegativeInfinity)]
    public void A_custom_initializer_that_writes_no_finite_number_is_named_with_the_place(float value)
    {
        InitializationPlan plan = PlanExecution.Build(s_layers, new Custom((weights, _) => weights[8] = value));
        Assert.That(() => PlanExecution.Fill(plan.Tensors[2], 1),
            Throws.InvalidOperationException.With.Message.Contains("'custom'").And.Message.Contains("hidden[1].weights").And.Message.Contains("row 1, column 1"));
    }

    [Test]
    public void A_custom_initializer_that_throws_is_named_and_its_exception_kept()
    {
        var own = new FormatException("broken table");
        InitializationPlan plan = PlanExecution.Build(s_layers, new Custom((_, _) => throw own));
        Assert.That(() => PlanExecution.Fill(plan.Tensors[4], 1),
            Throws.InvalidOperationException.With.InnerException.SameAs(own).And.Message.Contains("'custom' failed at output.weights: broken table"));
    }

    [Test]
    public void An_initializer_that_overrides_nothing_says_what_to_override()
        => Assert.That(() => PlanExecution.Fill(PlanExecution.Build(s_layers, new Empty()).Tensors[0], 1), Throws.InvalidOperationException.With.Message.Contains("override Fill"));

    [Test]
    public void A_plan_that_leaves_a_weight_tensor_out_is_refused()
        => Assert.That(() => PlanExecution.Build(s_layers, new PlansNothing()), Throws.InvalidOperationException.With.Message.Contains("hidden[0].weights"));

    [Test]
    public void A_rule_for_biases_as_the_network_s_is_told_its_place()
        => Assert.That(() => PlanExecution.Build(s_layers, new PriorBias(0.5f), priorBias: [1, 2, 3]), Throws.InvalidOperationException.With.Message.Contains("BiasInit = \"prior(hidden=0.5)\"").And.Message.Contains("rule for biases"));

    delegate void Writer(Span<float> weights, RandomSource random);

    sealed class Custom(Writer fill) : WeightInitializer
    {
        public override string Name => "custom";
        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => fill(weights, random);
    }

    sealed class Empty : WeightInitializer
    {
        public override string Name => "empty";
    }

    sealed class PlansNothing : WeightInitializer
    {
        public override string Name => "nothing";
        public override void Plan(InitializationPlan plan)
        {
        }
    }
}
