using static MLNet.WeightInit.Engine.Tests.Randomness.SampleStatistics;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Cuts at bounds, in the middle and far out; DistributionLawsTests has the cut at two deviations.</summary>
[TestFixture]
internal sealed class TruncatedNormalTests
{
    /// <summary>Mean and deviation: SciPy's truncnorm.</summary>
    static readonly TestCaseData[] s_cuts =
    [
        new("truncated_normal(deviation=1, minimum=-2, maximum=2)", 1, 0, -2, 2, 0, 0.8796256610342398),
        new("trunc_normal_(deviation=0.02)", 0.02, 0, -2, 2, 0, 0.02),                                                             // PyTorch's cuts nothing of it
        new("truncated_normal(deviation=1, mean=0.5, minimum=-0.3, maximum=0.4)", 1, 0.5, -0.3, 0.4, 0.06804771080522154, 0.19994435670677624),
        new("truncated_normal(deviation=1, minimum=3, maximum=9)", 1, 0, 3, 9, 3.283098654930439, 0.2656297927290055),
        new("truncated_normal(deviation=1, minimum=5, maximum=5.01)", 1, 0, 5, 5.01, 5.004958293547034, 0.0028865656424392084),
        new("truncated_normal(deviation=2, mean=-1, minimum=-30, maximum=-8)", 2, -1, -30, -8, -8.502782529715413, 0.4772127615698067),
        new("truncated_normal(deviation=1, minimum=-0.1, maximum=10)", 1, 0, -0.1, 10, 0.7353317485057808, 0.6210910116793296),
        new("truncated_normal(deviation=1, minimum=2, maximum=2.5)", 1, 0, 2, 2.5, 2.2044520781676726, 0.139406121628336),
        new("truncated_normal(deviation=1, minimum=-1, maximum=2)", 1, 0, -1, 2, 0.22963717909132902, 0.7209455868590458),
    ];

    [TestCaseSource(nameof(s_cuts))]
    public void Values_between_bounds_follow_their_law(string specification, double deviation, double center, double minimum, double maximum, double mean, double expected)
    {
        WeightInitializer initializer = Fills.Registry.Parse(specification);
        WeightShape shape = Fills.Layer(100, 1000);
        Assert.That(initializer.TargetDeviation(shape), Is.EqualTo(expected).Within(3e-5 * expected), "arguments are floats, and 5.01 − 5 is off by 2.3e-5");
        double Cumulative(double x) => center < minimum
            ? 1 - (NormalDistribution((center - x) / deviation) - Below(center - maximum)) / (Below(center - minimum) - Below(center - maximum))           // of the smaller tail: nothing cancels
            : (Below(x - center) - Below(minimum - center)) / (Below(maximum - center) - Below(minimum - center));
        double Below(double x) => NormalDistribution(x / deviation);
        for (long seed = 1; seed <= 4; seed++)
        {
            float[] weights = Fills.Of(initializer, shape, seed);
            Assert.That(weights, Is.All.InRange((float)minimum, (float)maximum));
            Assert.That(weights.Average(weight => (double)weight), Is.EqualTo(mean).Within(5 * expected / Math.Sqrt(weights.Length) + 1e-7 * Math.Abs(mean)), "five standard errors, and a float's rounding");
            // Floats about 5.005 are 5e-7 apart, a ten-thousandth of the narrowest interval's width.
            Assert.That(KolmogorovSmirnov(weights.AsSpan(0, 10_000), Cumulative), Is.GreaterThan(1e-4), $"seed {seed}");
        }
    }

    [Test]
    public void Far_from_the_mean_what_is_left_is_an_exponential()
    {
        // Of a normal's tail beyond a the variance is 1/a² − 6/a⁴ + 50/a⁶ − … SciPy's truncnorm loses digits there.
        double expected = 0.5 * Math.Sqrt(1 / Math.Pow(60, 2) - 6 / Math.Pow(60, 4) + 50 / Math.Pow(60, 6));
        var initializer = new TruncatedNormal(0.5f, 100, 60, 70);
        float[] weights = Fills.Of(initializer, Fills.Layer(10, 1000));
        Assert.That(initializer.TargetDeviation(Fills.Layer(10, 1000)), Is.EqualTo(expected).Within(2e-8 * 0.5), "the next term");
        Assert.That(weights, Is.All.InRange(69.8f, 70f));
        Assert.That(weights.Average(weight => (double)weight), Is.EqualTo(69.99167128987031).Within(5 * 0.0083 / 100 + 4e-6));
    }

    [Test]
    public void A_mean_moves_the_cut_with_it()
    {
        float[] weights = Fills.Of("truncated_normal(deviation=0.1, mean=3)", Fills.Layer(100, 100));
        Assert.That(weights, Is.All.InRange(2.8f, 3.2f));
        Assert.That(weights.Select(weight => weight - 3f), Is.EqualTo(Fills.Of("truncated_normal(deviation=0.1)", Fills.Layer(100, 100))).Within(3e-7f), "a float's rounding near 3");
    }

    [TestCase("trunc_normal", "truncated_normal(deviation=1, minimum=-2, maximum=2)")]
    [TestCase("trunc_normal_(std=0.5, a=-1, b=3)", "truncated_normal(deviation=0.5, minimum=-1, maximum=3)")]
    [TestCase("trunc_normal_tf_(deviation=0.02)", "truncated_normal(deviation=0.02)")]
    [TestCase("truncated_normal(stddev=0.05, mean=0.5)", "truncated_normal(deviation=0.05, mean=0.5)")]
    public void Names_and_arguments_of_others_are_understood(string specification, string expected) => Assert.That(Fills.Registry.Parse(specification).Specification, Is.EqualTo(expected));

    [TestCase("truncated_normal(deviation=0, minimum=-1, maximum=1)", "deviation between two bounds must be above 0")]
    [TestCase("truncated_normal(deviation=1, minimum=1, maximum=1)", "maximum must be above the minimum, which is 1")]
    [TestCase("truncated_normal(deviation=1, minimum=1)", "needs the argument 'maximum'")]
    [TestCase("truncated_normal(deviation=0.001, minimum=1e6, maximum=2e6)", "no more than a million deviations from the mean")]
    public void Bounds_that_leave_nothing_are_refused(string specification, string message)
        => Assert.That(() => Fills.Registry.Parse(specification), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));
}
