using CsCheck;
using static MLNet.WeightInit.Engine.Tests.Randomness.SampleStatistics;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>What must hold of every initializer, for any legal arguments and any shape.</summary>
[TestFixture]
internal sealed class FillPropertiesTests
{
    /// <summary>Registered names that draw, with the arguments that they can't do without.</summary>
    static readonly string[] s_random = [.. Fills.Registry.Names.Where(name => Differs(InitializersWithArguments.Parse(name)))];

    static bool Differs(WeightInitializer initializer)
    {
        if (initializer is FromArray)
            return false;
        float[] first = Fills.Of(initializer, Fills.Layer(20, 30), 1), second = Fills.Of(initializer, Fills.Layer(20, 30), 2);
        return !first.AsSpan().SequenceEqual(second);
    }

    /// <summary>For any legal arguments, on dense layers, rows, columns, single values, empty ones, gates, groups, kernels and either layout.</summary>
    [Test]
    public void No_legal_argument_gives_a_value_that_is_not_finite()
        => FixedCases.Hold(Gen.Select(LegalInitializers.Fillings, Gen.Long), stream: 1, count: 20_000, drawn =>
        {
            ((WeightInitializer initializer, WeightShape shape), long seed) = drawn;
            if (LegalInitializers.Refuses(initializer, shape))
                return true;
            float[] weights = Fills.Of(initializer, shape, seed);
            double deviation = initializer.TargetDeviation(shape) ?? 0;
            return weights.All(float.IsFinite) && double.IsFinite(deviation) && deviation >= 0 && initializer.WorkBytes(shape) >= 0 && initializer.Explain(shape).EndsWith('.');
        }, print: drawn => $"{drawn.Item1.Initializer} on {drawn.Item1.Shape}");

    /// <summary>Whoever fills a tensor of their own may have anything in it.</summary>
    [Test]
    public void What_a_tensor_held_before_does_not_count()
        => FixedCases.Hold(LegalInitializers.Fillings, stream: 4, count: 8_000, filling =>
        {
            (WeightInitializer initializer, WeightShape shape) = filling;
            if (LegalInitializers.Refuses(initializer, shape))
                return true;
            var weights = new float[shape.Count];
            Array.Fill(weights, float.NaN);
            initializer.Fill(weights, shape, new RandomSource(1, "weights"));
            return weights.AsSpan().SequenceEqual(Fills.Of(initializer, shape));
        }, print: filling => $"{filling.Initializer} on {filling.Shape}");

    [Test]
    public void Text_gives_an_equal_initializer_back()
        => FixedCases.Hold(LegalInitializers.Fillings, stream: 2, count: 8_000, filling =>
        {
            (WeightInitializer initializer, WeightShape shape) = filling;
            WeightInitializer parsed = Fills.Registry.Parse(initializer.Specification);
            return parsed.GetType() == initializer.GetType() && parsed.Specification == initializer.Specification
                && (LegalInitializers.Refuses(initializer, shape) || Fills.Of(parsed, shape).AsSpan().SequenceEqual(Fills.Of(initializer, shape)));
        }, print: filling => $"{filling.Initializer} on {filling.Shape}");

    /// <summary>What is proportional to an argument, or to the root of one.</summary>
    static readonly (string Name, Func<float, WeightInitializer> Make, bool IsVariance)[] s_scaled =
    [
        ("sparse", size => new Sparse(0.4f, size), false),
        ("martens", size => Sparse.Martens(7, size), false),
        ("random_walk", size => new RandomWalk(size), false),
        ("looks_linear", size => new LooksLinear(size), false),
        ("orthogonal", size => new Orthogonal(size), false),
        ("gpt2", size => new Gpt2(size), false),
        ("ppo", size => new Ppo(0, size, size, size), false),
        ("idinit", size => new IdInit(size, size), false),
        ("he", size => VarianceScaling.He(gain: size), false),
        ("he_uniform", size => VarianceScaling.He(FanMode.FanGeo, WeightDistribution.Uniform, size, 0.2f), false),
        ("glorot", size => VarianceScaling.Glorot(distribution: WeightDistribution.Truncated, gain: size), false),
        ("lecun", size => VarianceScaling.LeCun(gain: size), false),
        ("variance_scaling", size => new VarianceScaling(size), true),
        ("small_logits", size => new SmallLogits(size), true),
        ("delta_orthogonal", size => new DeltaOrthogonal(size), false),
        ("spectral", size => new Spectral(size, scaled: true), false),
        ("normal", size => new Normal(size, size / 2), false),
        ("truncated_normal", size => new TruncatedNormal(size), false),
        ("uniform", size => new Uniform(size), false),
        ("constant", size => new Constant(size), false),
        ("identity", size => new Identity(-size), false),
        ("forget_bias", size => new ForgetBias(size), false),
        ("prior", size => new PriorBias(size), false),
        ("bert", size => new Bert(size), false),
        ("dcgan", size => new Dcgan(size), false),
        ("autoencoder", size => new AutoencoderRecipe(new Orthogonal(size)), false),
        ("recipe", size => new Recipe(new Normal(size), first: new Uniform(size), branchEnd: new Identity(size), output: new Bert(size), bias: new Constant(size)), false),
    ];

    /// <summary>A gain that is a power of two times as large, or a variance that is a power of four times, gives exactly that multiple: nothing else hangs on it, and no bit is lost.</summary>
    [Test]
    public void A_gain_scales_every_value_and_the_deviation()
        => FixedCases.Hold(Gen.Select(Gen.Float[0.1f, 3], Gen.Int[1, 6], LegalInitializers.Shapes, Gen.Int[0, s_scaled.Length - 1]), stream: 3, count: 12_000, drawn =>
        {
            (float gain, int exponent, WeightShape shape, int which) = drawn;
            float factor = 1 << exponent;
            (_, Func<float, WeightInitializer> make, bool isVariance) = s_scaled[which];
            WeightInitializer one = make(gain), larger = make(gain * (isVariance ? factor * factor : factor));
            double deviation = one.TargetDeviation(shape) ?? 0;
            return Fills.Of(one, shape).Zip(Fills.Of(larger, shape)).All(pair => pair.First * factor == pair.Second)
                && Math.Abs(deviation * factor - (larger.TargetDeviation(shape) ?? 0)) <= 1e-12 * factor * deviation;
        }, print: drawn => $"{s_scaled[drawn.Item4].Name} on {drawn.Item3}");

    /// <summary>Five standard errors of a correlation: two seeds, and two tensors of one network, share nothing.</summary>
    [TestCaseSource(nameof(s_random))]
    public void Seeds_and_tensors_are_independent(string name)
    {
        WeightInitializer initializer = InitializersWithArguments.Parse(name);
        WeightShape shape = Fills.Layer(100, 100);
        // Mirrored blocks hold a quarter of independent values; those whose zeros or ones stand where they do for every seed are compared without them.
        int half = initializer is LooksLinear ? 50 : 100;
        float[] Values(long seed, string stream)
        {
            var weights = new float[shape.Count];
            initializer.Fill(weights, shape, new RandomSource(seed, stream));
            return [.. Enumerable.Range(0, half * half).Select(i => weights[i / half * 100 + i % half] - (initializer is IdInit && i % 101 == 0 ? 1 : 0))];
        }
        float[] own = Values(1, "init/hidden/1/weights");
        double limit = 5 / Math.Sqrt(own.Length);
        Assert.That(Math.Abs(Correlation(own, Values(2, "init/hidden/1/weights"))), Is.LessThan(limit));
        Assert.That(Math.Abs(Correlation(own, Values(1, "init/hidden/2/weights"))), Is.LessThan(limit));
        Assert.That(Correlation(own, Values(1, "init/hidden/1/weights")), Is.EqualTo(1).Within(1e-9), "the same stream is seen to be the same");
    }

    [TestCase("sparse", "needs the argument 'sparsity'")]
    [TestCase("sparse(sparsity=1.1)", "sparsity must be a number from 0")]
    [TestCase("sparse(sparsity=-0.1)", "sparsity must be a number from 0")]
    [TestCase("sparse(sparsity=0.5, deviation=-1)", "deviation must be a number from 0")]
    [TestCase("martens(connections=0)", "at least 1 connection")]
    [TestCase("martens(connections=1.5)", "whole number")]
    [TestCase("nguyen_widrow(minimum=1)", "needs the argument 'maximum'")]
    [TestCase("nguyen_widrow(minimum=1, maximum=1)", "must be above the minimum, 1")]
    [TestCase("nguyen_widrow(minimum=-1e31, maximum=1)", "minimum must be a number from")]
    [TestCase("random_walk(gain=-1)", "gain must be a number from 0")]
    [TestCase("looks_linear(gain=1e31)", "gain must be a number from 0")]
    [TestCase("hadamard_identity(gain=2)", "takes no arguments")]
    [TestCase("idinit(epsilon=-1)", "epsilon must be a number from 0")]
    [TestCase("prior(hidden=1e31)", "hidden must be a number from")]
    [TestCase("mup(base_width=0)", "base width must be at least 1")]
    [TestCase("siren(frequency=0)", "frequency must be a number from 1e-6")]
    [TestCase("siren(folded=perhaps)", "true or false")]
    [TestCase("ppo(value_outputs=-1)", "valueOutputs")]
    [TestCase("ppo(policy_gain=-1)", "policyGain must be a number from 0")]
    [TestCase("gpt2(distribution=cauchy)", "normal, uniform, truncated")]
    [TestCase("bert(deviation=-1)", "deviation must be a number from 0")]
    [TestCase("dcgan(deviation=NaN)", "must be a finite number")]
    [TestCase("autoencoder(encoder=hee)", "There is no initializer named 'hee'")]
    [TestCase("recipe(hidden=he(gain=-1))", "gain must be a number from 0")]
    [TestCase("recipe(middle=he)", "has no argument 'middle'. It takes hidden, first, branch_end, output, bias, output_bias")]
    [TestCase("orthogonal(keep_variance=1)", "true or false")]
    public void An_illegal_argument_is_refused_with_the_rule(string specification, string message)
        => Assert.That(() => Fills.Registry.Parse(specification), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));
}
