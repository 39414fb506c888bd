using static MLNet.WeightInit.Engine.Tests.Randomness.SampleStatistics;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>The independent fills follow their law on tall, wide and square tensors: Kolmogorov and Smirnov on 40 seeds and on a million values, moments within five standard errors, bounds; and what must fail, fails.</summary>
[TestFixture]
public sealed class DistributionLawsTests
{
    /// <summary>A law of scale 1: its distribution, and its standardized fourth, sixth and eighth moments.</summary>
    public sealed record Law(string Name, Func<double, double> Distribution, double Deviation, double Bound, double Fourth, double Sixth, double Eighth)
    {
        /// <summary>n times the variance of a sample's kurtosis (Kendall and Stuart, section 10.9, for a symmetric law): 24 for the normal.</summary>
        public double KurtosisVariance => Eighth - Fourth * Fourth - 4 * Fourth * (Sixth - Fourth) + 4 * Fourth * Fourth * (Fourth - 1);
    }

    static readonly Law s_normal = new("normal", NormalDistribution, 1, 6.4, 3, 15, 105);
    static readonly Law s_uniform = new("uniform", UniformDistribution, Math.Sqrt(1 / 3.0), 1, 1.8, 27 / 7.0, 9);
    static readonly Law s_truncated = Truncated();

    /// <summary>E xᵏ = (k − 1) E xᵏ⁻² − 2ᵏ · density(2) / P(|x| &lt; 2), by parts.</summary>
    static Law Truncated()
    {
        double edge = Math.Exp(-2) / Math.Sqrt(2 * Math.PI) / (2 * NormalDistribution(2) - 1);
        var moments = new double[9];
        moments[0] = 1;
        for (int k = 2; k <= 8; k += 2)
            moments[k] = (k - 1) * moments[k - 2] - Math.Pow(2, k) * edge;
        double variance = moments[2];
        return new Law("truncated", TruncatedDistribution, Math.Sqrt(variance), 2, moments[4] / Math.Pow(variance, 2), moments[6] / Math.Pow(variance, 3), moments[8] / Math.Pow(variance, 4));
    }

    /// <summary>Papers' formulas for the deviation, written out: from fan-in and fan-out.</summary>
    static readonly (string Specification, Law Law, Func<double, double, double> Deviation)[] s_fills =
    [
        ("he", s_normal, (i, _) => Math.Sqrt(2 / i)),
        ("he_uniform(mode=fan_out)", s_uniform, (_, o) => Math.Sqrt(2 / o)),
        ("he_truncated", s_truncated, (i, _) => Math.Sqrt(2 / i)),
        ("glorot", s_normal, (i, o) => Math.Sqrt(2 / (i + o))),
        ("glorot_uniform", s_uniform, (i, o) => Math.Sqrt(2 / (i + o))),
        ("lecun_truncated", s_truncated, (i, _) => Math.Sqrt(1 / i)),
        ("variance_scaling(scale=3, mode=fan_geo)", s_normal, (i, o) => Math.Sqrt(3 / Math.Sqrt(i * o))),
        ("pytorch_default", s_uniform, (i, _) => Math.Sqrt(1 / (3 * i))),
        ("keras_default", s_uniform, (i, o) => Math.Sqrt(2 / (i + o))),
        ("normal(deviation=0.05)", s_normal, (_, _) => 0.05),
        ("uniform(limit=0.3)", s_uniform, (_, _) => 0.3 / Math.Sqrt(3)),
        ("truncated_normal(deviation=0.1)", s_truncated, (_, _) => 0.1 * 0.87962566103423978),
    ];

    static IEnumerable<TestCaseData> Fills()
        => from fill in s_fills
           from shape in ((int Inputs, int Outputs)[])[(250, 4000), (4000, 250), (1000, 1000)]
           select new TestCaseData(fill.Specification, fill.Law, shape.Inputs, shape.Outputs, fill.Deviation(shape.Inputs, shape.Outputs)).SetArgDisplayNames(fill.Specification, $"{shape.Inputs} → {shape.Outputs}");

    static float[] Fill(string specification, int inputs, int outputs, long seed) => WeightInitializer.Parse(specification).Fill(WeightShape.Dense(inputs, outputs), seed, "laws");

    /// <summary>Whether a sample of n values looks like the law with that deviation; each figure within five standard errors.</summary>
    static string[] Misfits(float[] weights, Law law, double deviation)
    {
        double n = weights.Length, scale = deviation / law.Deviation;
        var misfits = new List<string>();
        if (!(KolmogorovSmirnov(weights, x => law.Distribution(x / scale)) > 1e-4))
            misfits.Add("distribution");
        if (!(Math.Abs(Mean(weights)) < 5 * deviation / Math.Sqrt(n)))
            misfits.Add("mean");
        if (!(Math.Abs(Math.Sqrt(Variance(weights)) / deviation - 1) < 5 * Math.Sqrt((law.Fourth - 1) / n) / 2))
            misfits.Add("deviation");
        if (!(Math.Abs(Kurtosis(weights) - law.Fourth) < 5 * Math.Sqrt(law.KurtosisVariance / n)))
            misfits.Add("kurtosis");
        if (!(weights.Max(MathF.Abs) <= scale * law.Bound * (1 + 1e-6)))
            misfits.Add("bound");
        return [.. misfits];
    }

    [TestCaseSource(nameof(Fills))]
    public void A_million_values_follow_the_law(string specification, Law law, int inputs, int outputs, double deviation)
    {
        float[] weights = Fill(specification, inputs, outputs, 1);
        Assert.That(Misfits(weights, law, deviation), Is.Empty);
        if (law.Bound <= 2)
            Assert.That(weights.Max(MathF.Abs), Is.GreaterThan(0.999 * deviation / law.Deviation * law.Bound), "the bound is reached");
    }

    [TestCaseSource(nameof(Fills))]
    public void Ten_thousand_values_follow_the_law_on_forty_seeds(string specification, Law law, int inputs, int outputs, double deviation)
    {
        // A tenth of either side: the fans' ratio stays, and the deviations are those of the smaller tensor.
        (inputs, outputs) = (inputs / 10, outputs / 10);
        double smaller = s_fills.Single(fill => fill.Specification == specification).Deviation(inputs, outputs);
        Assert.That(smaller, Is.GreaterThanOrEqualTo(deviation));
        for (int seed = 0; seed < 40; seed++)
            Assert.That(Misfits(Fill(specification, inputs, outputs, seed), law, smaller), Is.Empty, $"seed {seed}");
    }

    /// <summary>A law about another middle than 0: moved back, it is that about 0. Values of 0.35 are rounded to 3e-8.</summary>
    [TestCase("normal(deviation=0.05, mean=0.3)", 0.3, 0.05)]
    [TestCase("normal(deviation=0.2, mean=-0.1)", -0.1, 0.2)]
    [TestCase("uniform(minimum=-0.1, maximum=0.3)", 0.1, 0.2)]
    [TestCase("uniform(minimum=0, maximum=0.02)", 0.01, 0.01)]
    [TestCase("uniform(minimum=-0.3, maximum=-0.1)", -0.2, 0.1)]
    public void A_law_stands_about_its_own_middle(string specification, double middle, double scale)
    {
        Law law = specification.StartsWith("normal", StringComparison.Ordinal) ? s_normal : s_uniform;
        float[] centered = [.. Fill(specification, 300, 900, 1).Select(weight => (float)(weight - middle))];
        Assert.That(Misfits(centered, law, scale * law.Deviation), Is.Empty);
        Assert.That(WeightInitializer.Parse(specification).TargetDeviation(WeightShape.Dense(300, 900)), Is.EqualTo(scale * law.Deviation).Within(1e-7));
    }

    /// <summary>Mistakes that libraries have shipped: each must be seen, on 10,000 values, by the figure that it is about.</summary>
    [Test]
    public void The_classic_mistakes_are_misfits()
    {
        float[] he = Fill("he", 25, 400, 1), heUniform = Fill("he_uniform", 25, 400, 1), uncorrected = Fill($"truncated_normal(deviation=0.28284271)", 25, 400, 1);
        double deviation = Math.Sqrt(2.0 / 25);
        Assert.That(Misfits(he, s_normal, deviation), Is.Empty, "the control of the controls");
        Assert.That(Misfits(heUniform, s_normal, deviation), Does.Contain("distribution").And.Contain("kurtosis"), "a uniform for a normal");
        Assert.That(Misfits(heUniform, s_uniform, deviation / Math.Sqrt(3)), Does.Contain("distribution").And.Contain("deviation").And.Contain("bound"), "√2 for √6");
        Assert.That(Misfits(uncorrected, s_truncated, deviation), Does.Contain("distribution").And.Contain("deviation"), "no truncation correction");
        Assert.That(Misfits(he, s_normal, Math.Sqrt(2.0 / 400)), Does.Contain("distribution").And.Contain("deviation"), "swapped fans");
    }
}
