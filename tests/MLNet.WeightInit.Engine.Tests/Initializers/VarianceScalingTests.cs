using static MLNet.WeightInit.Engine.Tests.Randomness.SampleStatistics;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
public sealed class VarianceScalingTests
{
    static float[] Fill(WeightInitializer initializer, WeightShape shape, long seed)
    {
        var weights = new float[shape.Count];
        initializer.Fill(weights, shape, new RandomSource(seed, "weights"));
        return weights;
    }

    static WeightInitializer Parse(string specification) => InitializerRegistry.CreateDefault().Parse(specification);

    /// <summary>The formulas of the papers and of PyTorch and Keras, written out: variance for 784 inputs and 300 outputs.</summary>
    static readonly (string Specification, double Variance)[] s_formulas =
    [
        ("he", 2.0 / 784),
        ("he(mode=fan_out)", 2.0 / 300),
        ("he(mode=fan_avg)", 2.0 / 542),
        ("he(mode=fan_geo)", 2.0 / 484.97422611928564),                                 // √(784 · 300)
        ("he(negative_slope=0.2)", 2.0 / (1.04 * 784)),
        ("he(negative_slope=2.2360679775)", 1.0 / (3 * 784)),                           // a = √5: PyTorch's nn.Linear
        ("he(gain=0.5)", 0.5 / 784),
        ("glorot", 2.0 / 1084),
        ("glorot(gain=1.5)", 4.5 / 1084),
        ("lecun", 1.0 / 784),
        ("variance_scaling(scale=3, mode=fan_out)", 3.0 / 300),
        ("pytorch_default", 1.0 / (3 * 784)),
        ("keras_default", 2.0 / 1084),
        ("normal(deviation=0.05)", 0.0025),
        ("uniform(limit=0.3)", 0.03),
        ("uniform(minimum=-0.1, maximum=0.5)", 0.03),
        ("truncated_normal(deviation=0.1)", 0.0077374130),                              // uncorrected: 0.77374 of 0.01
    ];

    [Test]
    public void Target_deviations_are_those_of_the_papers()
    {
        foreach ((string specification, double variance) in s_formulas)
            Assert.That(Parse(specification).TargetDeviation(WeightShape.Dense(784, 300)), Is.EqualTo(Math.Sqrt(variance)).Within(1e-7 * Math.Sqrt(variance)), specification);
    }

    /// <summary>Five standard errors of a variance over n independent values, σ²√((κ − 1) / n), with the largest kurtosis here, 3.</summary>
    static double VarianceTolerance(double variance, double n) => 5 * variance * Math.Sqrt(2 / n);

    [TestCase(784, 300)]
    [TestCase(300, 784)]
    [TestCase(500, 500)]
    public void Fills_draw_the_variance_that_they_aim_at(int inputs, int outputs)
    {
        var shape = WeightShape.Dense(inputs, outputs);
        foreach (string name in (string[])["he", "glorot", "lecun"])
            foreach (string distribution in (string[])["normal", "uniform", "truncated"])
            {
                double fan = name == "glorot" ? (inputs + outputs) / 2.0 : inputs;
                double expected = (name == "he" ? 2 : 1) / fan;
                float[] weights = Fill(Parse($"{name}_{distribution}"), shape, 5);
                Assert.That(Variance(weights), Is.EqualTo(expected).Within(VarianceTolerance(expected, weights.Length)), $"{name} {distribution}");
                Assert.That(Mean(weights), Is.EqualTo(0).Within(5 * Math.Sqrt(expected / weights.Length)), $"{name} {distribution}");
            }
    }

    [Test]
    public void Fills_follow_their_distribution_on_forty_seeds()
    {
        var shape = WeightShape.Dense(125, 80);
        (string Specification, double Scale, Func<double, double> Law)[] laws =
        [
            ("he", Math.Sqrt(2.0 / 125), NormalDistribution),
            ("glorot_uniform", Math.Sqrt(6.0 / 205), UniformDistribution),
            ("he_uniform", Math.Sqrt(6.0 / 125), UniformDistribution),
            ("lecun_truncated", Math.Sqrt(1.0 / 125) / 0.87962566103423978, TruncatedDistribution),
            ("pytorch_default", Math.Sqrt(1.0 / 125), UniformDistribution),
        ];
        foreach (var (specification, scale, law) in laws)
            for (int seed = 0; seed < 40; seed++)
                Assert.That(KolmogorovSmirnov(Fill(Parse(specification), shape, seed), x => law(x / scale)), Is.GreaterThan(1e-4), $"{specification}, seed {seed}");
    }

    /// <summary>Each of these is a mistake that a library has shipped; the tests above must be able to see it.</summary>
    [Test]
    public void The_tests_see_the_classic_mistakes()
    {
        var shape = WeightShape.Dense(784, 300);
        float[] he = Fill(Parse("he"), shape, 5), heUniform = Fill(Parse("he_uniform"), shape, 5), truncated = Fill(Parse("truncated_normal(deviation=0.05050763)"), shape, 5);
        double swapped = 2.0 / 300;
        Assert.That(Math.Abs(Variance(he) - swapped), Is.GreaterThan(VarianceTolerance(swapped, he.Length)), "swapped fans");
        Assert.That(KolmogorovSmirnov(heUniform.AsSpan(0, 10_000), x => UniformDistribution(x / Math.Sqrt(2.0 / 784))), Is.LessThan(1e-4), "√2 for √6");
        Assert.That(KolmogorovSmirnov(heUniform.AsSpan(0, 10_000), x => NormalDistribution(x / Math.Sqrt(2.0 / 784))), Is.LessThan(1e-4), "a uniform for a normal");
        Assert.That(Math.Abs(Variance(truncated) - 2.0 / 784), Is.GreaterThan(VarianceTolerance(2.0 / 784, truncated.Length)), "no truncation correction");
    }

    [Test]
    public void Bounds_are_those_of_the_formula()
    {
        var shape = WeightShape.Dense(784, 300);
        Assert.That(Fill(Parse("he_uniform"), shape, 1).Max(MathF.Abs), Is.LessThan(0.08748178).And.GreaterThan(0.0874));             // √(6/784)
        Assert.That(Fill(Parse("glorot_uniform"), shape, 1).Max(MathF.Abs), Is.LessThan(0.07439796).And.GreaterThan(0.0743));         // √(6/1084)
        Assert.That(Fill(Parse("he_truncated"), shape, 1).Max(MathF.Abs), Is.LessThanOrEqualTo(0.1148395).And.GreaterThan(0.1147));   // 2 √(2/784) / 0.8796257
    }

    [Test]
    public void No_fan_gives_a_value_that_is_not_finite()
    {
        foreach (string specification in InitializerRegistry.CreateDefault().Names.Where(name => !name.StartsWith("from", StringComparison.Ordinal)))
            foreach (WeightShape shape in (WeightShape[])[WeightShape.Dense(0, 5), WeightShape.Dense(5, 0), WeightShape.Dense(0, 0), WeightShape.Dense(1, 1), WeightShape.Dense(3, 2) with { FanIn = 0, FanOut = 0 }])
            {
                WeightInitializer initializer = InitializersWithArguments.Parse(specification);
                Assert.That(Fill(initializer, shape, 1), Has.All.Matches<float>(float.IsFinite), specification);
                Assert.That(initializer.TargetDeviation(shape) ?? 0, Is.Not.NaN.And.LessThan(double.PositiveInfinity), specification);
                Assert.That(initializer.Explain(shape), Does.EndWith(".").And.Not.Contain("NaN"), specification);
            }
    }

    [Test]
    public void A_span_that_is_not_the_tensor_is_refused()
    {
        foreach (string name in InitializerRegistry.CreateDefault().Names)
        {
            WeightInitializer initializer = InitializersWithArguments.Parse(name);
            Assert.That(() => initializer.Fill(new float[5], WeightShape.Dense(3, 2), new RandomSource(1, 1)),
                Throws.ArgumentException.With.Message.Contains("2 × 3 = 6").And.Message.Contains("has 5"), name);
        }
    }

    [Test]
    public void The_reason_has_the_figures_in_it()
    {
        Assert.That(VarianceScaling.He().Explain(WeightShape.Dense(256, 10)),
            Is.EqualTo("ReLU halves E z², so Var W = 2 / fan-in keeps it: σ = 0.0884 for fan-in 256 (He et al. 2015, eq. 10)."));
        Assert.That(VarianceScaling.He(negativeSlope: 0.2f).Explain(WeightShape.Dense(100, 10)), Does.Contain("slope 0.2 leaves 0.52 of E z²"));
    }
}
