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

    static readonly Gen<WeightShape> s_shapes = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 40], Gen.Int[0, 3], Gen.OneOf("ReLU", "LeakyReLU(slope=-0.9)", "Tanh", "Sigmoid", "SELU", "GELU", "Sin", "Softplus", "ELU(alpha=2)", "HardTanh", "MyOwn"),
        (inputs, outputs, index, activation) => Fills.Layer(inputs, outputs, activation, index, 4) with { ResidualBranches = 2, BranchDepth = 1, BranchLayer = index == 1 ? 1 : 0 });

    static readonly Gen<float> s_sizes = Gen.OneOf(Gen.Float[0, 1e30f], Gen.OneOf(0f, float.Epsilon, 1.17549435e-38f, 1e-30f, 1, 1e30f), Gen.Float[0, 3]);

    static readonly Gen<WeightInitializer> s_legal = Gen.Select(s_sizes, s_sizes, Gen.Float[0, 1], Gen.Int[0, 10_000], Gen.Bool, Gen.Int[0, 12], (size, other, share, count, flag, which) => (WeightInitializer)(which switch
    {
        0 => new Sparse(share, size),
        1 => Sparse.Martens(count + 1, size),
        2 => new NguyenWidrow(Math.Min(-size, other), Math.Max(-size, other) is var high && high - Math.Min(-size, other) >= 1e-30f ? high : Math.Min(-size, other) + 1),
        3 => new RandomWalk(size),
        4 => new LooksLinear(size),
        5 => new IdInit(flag ? size : -size, other),
        6 => new MuP(count + 1, flag),
        7 => new Siren(Math.Clamp(size, 1e-6f, 1e6f), flag),
        8 => new Ppo(count % 50, size, other, share),
        9 => new Gpt2(size, (WeightDistribution)(count % 3)),
        10 => new Orthogonal(size, flag),
        11 => new PriorBias(flag ? size : -size),
        _ => new Recipe(new Bert(size), first: new Dcgan(other), output: new HadamardIdentity(), bias: new SelfNormalizing()),
    }));

    [Test]
    public void No_legal_argument_gives_a_value_that_is_not_finite()
        => Gen.Select(s_legal, s_shapes, Gen.Long).Sample((initializer, shape, seed) =>
        {
            float[] weights = Fills.Of(initializer, shape, seed);
            double deviation = initializer.TargetDeviation(shape) ?? 0;
            return weights.All(float.IsFinite) && double.IsFinite(deviation) && deviation >= 0 && initializer.Explain(shape).EndsWith('.');
        }, iter: 3000, seed: "0000000000001", threads: 1);

    [Test]
    public void Text_gives_an_equal_initializer_back()
        => Gen.Select(s_legal, s_shapes).Sample((initializer, shape) =>
        {
            WeightInitializer parsed = Fills.Registry.Parse(initializer.Specification);
            return parsed.GetType() == initializer.GetType() && parsed.Specification == initializer.Specification && Fills.Of(parsed, shape).AsSpan().SequenceEqual(Fills.Of(initializer, shape));
        }, iter: 1000, seed: "0000000000002", threads: 1);

    /// <summary>A gain that is a power of two times as large gives exactly that multiple: nothing else hangs on it, and no bit is lost.</summary>
    [Test]
    public void A_gain_scales_every_value_and_the_deviation()
        => Gen.Select(Gen.Float[0.1f, 3], Gen.Int[1, 6], s_shapes, Gen.Int[0, 7]).Sample((gain, exponent, shape, which) =>
        {
            float factor = 1 << exponent;
            Func<float, WeightInitializer> make = which switch
            {
                0 => size => new Sparse(0.4f, size),
                1 => size => Sparse.Martens(7, size),
                2 => size => new RandomWalk(size),
                3 => size => new LooksLinear(size),
                4 => size => new Orthogonal(size, keepVariance: true),
                5 => size => new Gpt2(size),
                6 => size => new Ppo(2, size, size, size),
                _ => size => new IdInit(size, size),
            };
            float[] once = Fills.Of(make(gain), shape), times = Fills.Of(make(gain * factor), shape);
            return once.Zip(times).All(pair => pair.First * factor == pair.Second)
                && Math.Abs((make(gain).TargetDeviation(shape) ?? 0) * factor - (make(gain * factor).TargetDeviation(shape) ?? 0)) <= 1e-12 * (make(gain * factor).TargetDeviation(shape) ?? 0);
        }, iter: 2000, seed: "0000000000003", threads: 1);

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
