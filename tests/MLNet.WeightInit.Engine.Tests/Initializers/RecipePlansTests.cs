namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Plans for whole networks: which tensor gets what, by the papers.</summary>
[TestFixture]
internal sealed class RecipePlansTests
{
    static string[] Rules(InitializationPlan plan) => [.. plan.Weights.Select(tensor => tensor.Initializer!.Specification)];

    static double Dot(float[] weights, int columns, int a, int b) => Enumerable.Range(0, columns).Sum(i => (double)weights[a * columns + i] * weights[b * columns + i]);

    /// <summary>Rows of an orthogonal matrix of gain g have norm g and are at right angles; 32-bit rounding of 64 products is below 1e-6.</summary>
    [Test]
    public void Ppo_has_a_gain_of_root_2_in_hidden_layers_001_in_a_policy_and_1_in_a_value()
    {
        float[][] weights = Fills.Plan("ppo(value_outputs=2)", [64, 64, 64, 5], "Tanh").Weights();
        foreach (float[] hidden in weights[..2])
            Assert.That((Dot(hidden, 64, 3, 3), Dot(hidden, 64, 3, 9)), Is.EqualTo((2.0, 0.0)).Using<double>((a, b) => Math.Abs(a - b) < 1e-5));
        for (int output = 0; output < 5; output++)
            Assert.That(Math.Sqrt(Dot(weights[2], 64, output, output)), Is.EqualTo(output < 3 ? 0.01 : 1).Within(1e-6), $"output {output}");
        Assert.That(Dot(weights[2], 64, 0, 1), Is.EqualTo(0).Within(1e-9), "outputs of the policy are at right angles");
        Assert.That(Dot(weights[2], 64, 3, 4), Is.EqualTo(0).Within(1e-6), "so are the value's");
        Assert.That(Rules(Fills.Plan("ppo", [8, 8, 5])), Is.EqualTo(new[] { "orthogonal(gain=1.4142135)", "orthogonal(gain=0.01)" }));
        Assert.That(Rules(Fills.Plan("ppo(value_outputs=9)", [8, 8, 5]))[^1], Is.EqualTo("orthogonal"), "a value network");
        Assert.That(Fills.Plan("ppo", [8, 8, 5], prior: [1, 2, 3, 4, 5]).Biases().SelectMany(bias => bias), Has.All.Zero);
    }

    [Test]
    public void Reasons_do_not_depend_on_the_culture()
    {
        string[] specifications = [.. Fills.Registry.Names.Where(name => name is not ("from_array" or "prior" or "risotto" or "idinit")), "mup(base_width=8)", "edge_of_chaos(variance=2)", "truncated_normal(deviation=0.5, minimum=-0.7, maximum=0.9)"];
        string Written(string specification)
        {
            try
            {
                return string.Join('|', Fills.Plan(specification, [12, 24, 24, 3], "Tanh").Tensors.Select(tensor => $"{tensor.Reason} {tensor.Initializer?.Specification}"));
            }
            catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
            {
                return exception.Message;
            }
        }
        string[] expected = [.. specifications.Select(Written)];
        System.Globalization.CultureInfo before = System.Globalization.CultureInfo.CurrentCulture, odd = (System.Globalization.CultureInfo)before.Clone();
        (odd.NumberFormat.NumberDecimalSeparator, odd.NumberFormat.NumberGroupSeparator, odd.NumberFormat.NegativeSign) = ("~", "^", "¬");
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = odd;
            Assert.That(specifications.Select(Written), Is.EqualTo(expected));
            Assert.That(new StartTrial(1_234, 5_678, 0.5, 0.5, 1).Text, Is.EqualTo("the first 1,234 of 5,678 steps of this training, tried in memory, "));
            Assert.That(new StartTrial(5_678, 5_678, 0.5, 0.5, 1).Text, Is.EqualTo("all 5,678 steps of this training, tried in memory, "));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>Yang et al. 2022, table 3, by what is said of it: 64 / 32² in the output, and a rate only where the optimizer has one.</summary>
    [Test]
    public void Mup_says_what_it_does()
    {
        string[] Reasons(string optimizer) => [.. Fills.Plan("mup", [8, 32, 32, 3], optimizer: optimizer).Weights.Select(tensor => tensor.Reason)];
        Assert.That(Reasons("Adam(beta1=0.8)")[^1], Does.StartWith("Var W = 64 / 32², base width / fan-in²:").And.Contain("σ = 0.25 (").And.EndsWith("Adam(beta1=0.8) moves it at 2 of the learning rate (Yang et al. 2022, table 3)."));
        Assert.That(Reasons("Adam")[0], Does.Contain("fan-in 8").And.EndsWith("Adam moves it at the learning rate (Yang et al. 2022, table 3)."));
        Assert.That(Reasons("L-BFGS(memory=5)"), Has.All.EndsWith("L-BFGS has no learning rate that could be scaled."));
        Assert.That(Fills.Plan("mup(zero_output=true)", [8, 32, 3]).Weights[^1].Reason, Does.Not.Contain("Var W"));
    }

    /// <summary>Yang et al. 2022 start outputs at 0 where widths are compared, and keep their rate: another draw of the output or of biases takes no rate away, and the reason says so.</summary>
    [TestCase("SGD")]
    [TestCase("Adam")]
    public void Mup_keeps_its_rates_under_other_draws(string optimizer)
    {
        (int, int, string)[] layers = [(10, 24, "ReLU"), (24, 24, "ReLU"), (24, 3, "Identity")];
        InitializationPlan Plan(string? output, string? bias) => PlanExecution.Build(layers, Fills.Registry.Parse("mup(base_width=8)"), output is null ? null : Fills.Registry.Parse(output), bias is null ? null : Fills.Registry.Parse(bias), optimizer: optimizer, priorBias: [0.1f, 0.2f, 0.3f]);
        float[] Rates(InitializationPlan plan) => [.. plan.Tensors.Select(tensor => tensor.LearningRateMultiplier)];
        float[] expected = Rates(Plan(null, null));
        Assert.That(expected.Distinct().Count(), Is.GreaterThan(1));
        foreach (string output in new[] { "zeros", "he(gain=0.4)" })
            Assert.That(Rates(Plan(output, null)), Is.EqualTo(expected), output);
        Assert.That(Rates(Plan(null, "prior")), Is.EqualTo(expected));
        Assert.That(Plan("zeros", null).Weights[^1].Reason, Does.EndWith("mup(base_width=8) moves it at 0.3333 of the learning rate all the same."));

    }

    /// <summary>One tensor has one variance and one rate: which of the two places' it is, is said.</summary>
    [Test]
    public void Tied_weights_under_mup_say_whose_rate_they_have()
    {
        PlannedTensor[] weights = [.. Fills.Plan("mup(base_width=8)", [10, 16, 4, 16, 10]).Weights];
        weights[3].Tie(weights[0]);
        Assert.That(weights[3].LearningRateMultiplier, Is.EqualTo(weights[0].LearningRateMultiplier));
        Assert.That(weights[3].Reason, Does.Contain("hidden[0].weights's variance and rate, 1 of the learning rate, and not those that its own place was planned to have (0.5 of the learning rate)"));
        weights = [.. Fills.Plan("glorot", [10, 16, 4, 16, 10]).Weights];
        weights[3].Tie(weights[0]);
        Assert.That(weights[3].Reason, Does.Not.Contain("rate"));
    }

    /// <summary>A rule by place plans the decoder's places by their own fans; a rule for all has the encoder's parts in mirror image.</summary>
    [Test]
    public void An_autoencoder_of_a_recipe_has_its_rules_in_the_decoder_and_not_its_numbers()
    {
        int[] widths = [10, 40, 3, 40, 10];
        Assert.That(Rules(Fills.Plan("autoencoder(encoder=siren(frequency=1))", widths, "Sin")), Is.EqualTo(Rules(Fills.Plan("siren(frequency=1)", widths, "Sin"))));
        Assert.That(Rules(Fills.Plan("autoencoder(encoder=mup(base_width=8))", widths)), Is.EqualTo(Rules(Fills.Plan("mup(base_width=8)", widths))));
        string[] byPart = Rules(Fills.Plan("autoencoder(encoder=recipe(first=he, hidden=glorot))", widths));
        Assert.That(byPart, Is.EqualTo(new[] { "he", "glorot", "glorot", "he" }));
    }

    /// <summary>What looks at data does so wherever it was chosen, once.</summary>
    [Test]
    public void Calibration_reaches_the_parts_of_a_plan()
    {
        var registry = InitializerRegistry.CreateDefault();
        int calls = 0;
        registry.Register("watching", _ => new Watching(() => calls++));
        int Calls(WeightInitializer init, WeightInitializer? output = null)
        {
            WeightInitializer resolved = registry.Resolve(init);
            InitializationPlan plan = PlanExecution.Build([(8, 6, "ReLU"), (6, 8, "Identity")], resolved, output is null ? null : registry.Resolve(output), resolve: registry.Resolve);
            calls = 0;
            PlanExecution.Calibrate(plan, resolved, null!);
            return calls;
        }
        Assert.That(Calls("watching"), Is.EqualTo(1));
        Assert.That(Calls("recipe(hidden=watching)"), Is.EqualTo(1));
        Assert.That(Calls(new Recipe(hidden: "watching")), Is.EqualTo(1));
        Assert.That(Calls(new AutoencoderRecipe("watching")), Is.EqualTo(1));
        Assert.That(Calls(new ByText("watching")), Is.EqualTo(1));
        Assert.That(Calls("he", output: "watching"), Is.EqualTo(1));
        Assert.That(Calls("he"), Is.Zero);
    }

    /// <summary>A rule that scales on data, and plans by others until then, is called wherever it stands; two of one name are two.</summary>
    [Test]
    public void A_part_that_plans_by_other_rules_is_calibrated()
    {
        int calls = 0;
        Delegating Rule() => new(() => calls++);
        int Calls(WeightInitializer init, WeightInitializer? output = null, WeightInitializer? bias = null, WeightInitializer? embedding = null)
        {
            InitializationPlan plan = PlanExecution.Build([(8, 6, "ReLU"), (6, 8, "Identity")], init, output, bias, embeddings: [("Town", 5, 2)], embeddingInit: embedding);
            calls = 0;
            PlanExecution.Calibrate(plan, init, null!);
            return calls;
        }
        Assert.That(Calls(Rule()), Is.EqualTo(1));
        Assert.That(Calls(new Recipe(hidden: Rule())), Is.EqualTo(1));
        Assert.That(Calls(new Recipe(hidden: "he", first: Rule())), Is.EqualTo(1));
        Assert.That(Calls(new Recipe(hidden: Rule(), output: Rule())), Is.EqualTo(2));
        Assert.That(Calls(new AutoencoderRecipe(Rule())), Is.EqualTo(1));
        Assert.That(Calls("he", output: Rule()), Is.EqualTo(1));
        Assert.That(Calls("he", bias: Rule()), Is.EqualTo(1));
        Assert.That(Calls("he", embedding: Rule()), Is.EqualTo(1));
    }

    sealed class Delegating(Action called) : WeightInitializer
    {
        public override string Name => "delegating";

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => new Orthogonal().Fill(weights, shape, random);

        public override void Plan(InitializationPlan plan)
        {
            foreach (PlannedTensor tensor in plan.Weights)
                tensor.Use(new Orthogonal());
        }

        public override void Calibrate(CalibrationContext context) => called();
    }

    /// <summary>torch.nn.init.kaiming_normal_(w, a, mode, nonlinearity): calculate_gain(nonlinearity, a) / √fan, by PyTorch's documentation.</summary>
    [TestCase("kaiming_normal(nonlinearity=relu)", 1.41421356, 30)]
    [TestCase("kaiming_normal(mode=fan_out, nonlinearity=relu, a=0.2)", 1.41421356, 20)]
    [TestCase("kaiming_uniform(a=0.2, nonlinearity=leaky_relu)", 1.38675049, 30)]
    [TestCase("kaiming_uniform(a=2.23606798)", 0.57735027, 30)]
    [TestCase("he(nonlinearity=tanh)", 1.66666667, 30)]
    [TestCase("he(nonlinearity=linear, gain=2)", 2, 30)]
    public void PyTorchs_nonlinearity_is_understood(string specification, double gain, int fan)
        => Assert.That(InitializerRegistry.CreateDefault().Parse(specification).TargetDeviation(WeightShape.Dense(30, 20)), Is.EqualTo(gain / Math.Sqrt(fan)).Within(1e-7));

    /// <summary>Martens 2010: biases are 0, those of tanh units 0.5, whoever plans the weights.</summary>
    [Test]
    public void Biases_of_martens_are_his()
    {
        InitializationPlan plan = PlanExecution.Build([(8, 6, "Tanh"), (6, 6, "ReLU"), (6, 2, "Identity")], InitializerRegistry.CreateDefault().Parse("he"), biasInit: InitializerRegistry.CreateDefault().Parse("martens"));
        Assert.That(plan.Biases.Select(bias => PlanExecution.Fill(bias, 1).Distinct().Single()), Is.EqualTo((float[])[0.5f, 0, 0]));
    }

    /// <summary>By what is built in, since there is no context to ask.</summary>
    [Test]
    public void A_recipe_that_chooses_by_text_fills_a_tensor_on_its_own()
    {
        WeightShape shape = WeightShape.Dense(30, 20);
        var recipe = new ByText("orthogonal");
        Assert.That(Fills.Of(recipe, shape), Is.EqualTo(Fills.Of("orthogonal", shape)));
        Assert.That((recipe.TargetDeviation(shape), recipe.WorkBytes(shape)), Is.EqualTo((new Orthogonal().TargetDeviation(shape), new Orthogonal().WorkBytes(shape))));
        Assert.That(Fills.Of(new Recipe(hidden: "he"), shape), Is.EqualTo(Fills.Of("he", shape)));
    }

    sealed class ByText(string rule) : InitializationRecipe
    {
        public override string Name => "by_text";

        protected override WeightInitializer Choose(in WeightShape shape) => shape.Role == TensorRole.Bias ? "zeros" : rule;
    }

    sealed class Watching(Action called) : WeightInitializer
    {
        public override string Name => "watching";

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => random.FillNormal(weights, 0.1f);

        public override void Calibrate(CalibrationContext context) => called();
    }

    /// <summary>A normal cut at two deviations has 0.88 times the deviation that is named: the reason says which one it names.</summary>
    [Test]
    public void Gpt2_says_which_deviation_it_names()
    {
        string Reason(string specification) => Fills.Plan(specification, [8, 8, 5]).Weights[0].Reason;
        Assert.That(Reason("gpt2"), Does.StartWith("σ = 0.02 for every weight before the cut at two deviations, whatever"));
        Assert.That(Reason("gpt2(distribution=normal)"), Does.StartWith("σ = 0.02 for every weight, whatever"));
    }

    /// <summary>Two random directions of n = 1,024 inputs have a cosine of deviation 1/√n: five of them. Drawn from one stream, the value's rows would be the policy's, with a cosine of 1.</summary>
    [Test]
    public void Ppo_draws_policy_and_value_independently()
    {
        const int inputs = 1024;
        float[] output = Fills.Plan("ppo(value_outputs=3, policy_gain=1)", [4, inputs, 6], "Tanh").Weights()[1];
        for (int policy = 0; policy < 3; policy++)
            for (int value = 3; value < 6; value++)
                Assert.That(Dot(output, inputs, policy, value), Is.EqualTo(0).Within(5 / Math.Sqrt(inputs)), $"{policy}, {value}");
    }

    /// <summary>Radford et al. 2019, section 2.3: 1/√N with N residual layers; four branches here.</summary>
    [Test]
    public void Gpt2_divides_the_weights_that_end_a_branch_by_the_root_of_the_number_of_branches()
    {
        InitializationPlan plan = Fills.Plan("gpt2", [10, .. new ResidualBlocks(2).Layers(blocks: 4, width: 16), 3], residual: new ResidualBlocks(2));
        string usual = "truncated_normal(deviation=0.02)", end = "truncated_normal(deviation=0.01)";
        Assert.That(Rules(plan), Is.EqualTo(new[] { usual, usual, end, usual, end, usual, end, usual, end, usual }));
        Assert.That(Rules(Fills.Plan("gpt2(distribution=normal)", [10, 16, 3])), Is.All.EqualTo("normal(deviation=0.02)"));
        Assert.That(Rules(Fills.Plan("bert", [10, 16, 3])), Is.All.EqualTo(usual));
        Assert.That(Rules(Fills.Plan("dcgan", [10, 16, 3])), Is.All.EqualTo("normal(deviation=0.02)"));
    }

    [Test]
    public void Siren_draws_the_first_layer_by_its_frequency_and_takes_it_out_before_the_output()
    {
        InitializationPlan plan = Fills.Plan("siren(frequency=12)", [6, 24, 24, 2], "Sin");
        // ω₀/6; √(6/24) with ω₀ once in and once out; √(6/24)/ω₀. Biases: ω₀/√fan-in, the output's without.
        Assert.That(Rules(plan), Is.EqualTo(new[] { "uniform(limit=2)", "uniform(limit=0.5)", "uniform(limit=0.041666668)" }));
        Assert.That(plan.Biases.Select(tensor => tensor.Initializer!.TargetDeviation(tensor.Shape)!.Value * Math.Sqrt(3)), Is.EqualTo(new[] { 12 / Math.Sqrt(6), 12 / Math.Sqrt(24), 1 / Math.Sqrt(24) }).Within(1e-6));
        Assert.That(Fills.Plan("siren", [6, 24, 2]).Weights[0].Reason, Does.Contain("set Activation = \"Sin\""));
        Assert.That(plan.Weights[0].Reason, Does.Not.Contain("set Activation"));
    }

    [Test]
    public void Selu_says_what_does_not_suit_it()
    {
        Assert.That(Fills.Plan("selu", [6, 24, 2], "SELU").Weights[0].Reason, Does.Contain("fixed point").And.Not.Contain("But"));
        Assert.That(Fills.Plan("selu", [6, 24, 2]).Weights[0].Reason, Does.Contain("But ReLU follows: set Activation = \"SELU\""));
        Assert.That(new SelfNormalizing().Explain(Fills.Layer(4, 4, "SELU") with { InputDropout = 0.1f, IsNormalized = true }), Does.Contain("alpha-dropout").And.Contain("normalization"));
    }

    [Test]
    public void A_recipe_gives_each_place_its_own_rule_and_the_rest_that_of_hidden_layers()
    {
        InitializationPlan plan = Fills.Plan("recipe(hidden=he, first=lecun, branch_end=zeros, output=normal(deviation=0.5), bias=constant(value=0.1), output_bias=prior)",
            [10, .. new ResidualBlocks(1).Layers(blocks: 2, width: 16), 3], prior: [1, 2, 3], residual: new ResidualBlocks(1));
        Assert.That(Rules(plan), Is.EqualTo(new[] { "lecun", "zeros", "zeros", "normal(deviation=0.5)" }));
        Assert.That(plan.Biases()[1], Is.All.EqualTo(0.1f));
        Assert.That(plan.Biases()[^1], Is.EqualTo(new float[] { 1, 2, 3 }));
        Assert.That(Rules(Fills.Plan("recipe(hidden=he)", [10, 16, 16, 3])), Is.All.EqualTo("he"));
        InitializationPlan auto = Fills.Plan("recipe(first=orthogonal)", [10, 16, 16, 3], prior: [1, 2, 3]);
        Assert.That(Rules(auto)[..2], Is.EqualTo(new[] { "orthogonal", "he" }));
        Assert.That(auto.Weights[2].Initializer, Is.InstanceOf<SmallLogits>(), "auto plans what is left open");
        Assert.That(auto.Biases()[^1], Is.EqualTo(new float[] { 1, 2, 3 }));
    }

    /// <summary>A part that plans several tensors together keeps what goes with them: mirrored blocks, biases that follow the weights, rates.</summary>
    [Test]
    public void A_part_of_a_recipe_keeps_its_streams_and_rates()
    {
        float[][] own = Fills.Plan("nguyen_widrow", [4, 8, 2], "Tanh").Biases(), part = Fills.Plan("recipe(hidden=nguyen_widrow, output=zeros)", [4, 8, 2], "Tanh").Biases();
        Assert.That(part[0], Is.EqualTo(own[0]));
        InitializationPlan rated = Fills.Plan("recipe(hidden=mup(base_width=4), output=lecun)", [4, 8, 8, 2]);
        Assert.That(rated.Tensors.Select(tensor => tensor.LearningRateMultiplier), Is.EqualTo(new[] { 1f, 1, 0.5f, 1, 1, 1 }));
    }

    [Test]
    public void An_autoencoder_that_does_not_mirror_itself_is_refused_with_the_layers()
    {
        Assert.That(() => Fills.Plan("autoencoder", [6, 4, 3, 5]), Throws.InvalidOperationException.With.Message.Contains("hidden[0].weights has 6 → 4 where output.weights has 3 → 5"));
        Assert.That(() => Fills.Plan("autoencoder", [6, 4, 4, 6]), Throws.InvalidOperationException.With.Message.Contains("odd number of hidden layers"));
        float[][] weights = Fills.Plan("autoencoder(encoder=he, transposed=true)", [6, 4, 2, 4, 6]).Weights();
        for (int i = 0; i < 24; i++)
            Assert.That(weights[3][i % 6 * 4 + i / 6], Is.EqualTo(weights[0][i]));
        Assert.That(Rules(Fills.Plan("autoencoder(encoder=recipe(hidden=he, first=lecun))", [6, 4, 2, 4, 6])), Is.EqualTo(new[] { "lecun", "he", "he", "lecun" }));
    }

    /// <summary>As a recipe of parts does: outside of a plan there is nothing else that a text could mean.</summary>
    [Test]
    public void An_autoencoder_of_text_fills_a_tensor_on_its_own()
    {
        WeightShape shape = WeightShape.Dense(16, 8);
        var recipe = new AutoencoderRecipe("he");
        Assert.That(recipe.Fill(shape, 1, "x"), Is.EqualTo(InitializerRegistry.CreateDefault().Parse("he").Fill(shape, 1, "x")));
        Assert.That(recipe.TargetDeviation(shape), Is.EqualTo(InitializerRegistry.CreateDefault().Parse("he").TargetDeviation(shape)));
    }

    [Test]
    public void A_rule_for_biases_is_none_for_weights([Values("prior", "forget_bias")] string rule)
    {
        WeightInitializer parsed = InitializerRegistry.CreateDefault().Parse(rule);
        Assert.That(() => PlanExecution.Build([(4, 8, "ReLU"), (8, 2, "Identity")], parsed), Throws.InvalidOperationException.With.Message.Contains("is a rule for biases").And.Message.Contains($"Set BiasInit = \"{parsed.Specification}\", and leave Init out"));
    }
}
