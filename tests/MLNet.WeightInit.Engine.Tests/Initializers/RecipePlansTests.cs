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
}
