using MLNet.WeightInit.Engine.Diagnostics.Comparing;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Comparing;

[TestFixture]
internal sealed class SeedStatisticsTests
{
    /// <summary>Student 1908, hours of sleep gained with two drugs by the same ten patients: R's <c>sleep</c>.</summary>
    static readonly double[] s_first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], s_second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    /// <summary>Efron and Tibshirani 1993, table 14.1: spatial ability of 26 neurologically impaired children, test A.</summary>
    static readonly double[] s_children = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];

    [Test]
    public void Students_own_example_has_the_interval_and_the_probability_that_R_gives()
    {
        double[] differences = [.. s_first.Zip(s_second, (first, second) => first - second)];
        IntervalEstimate mean = new SeedStatistics(IntervalMethod.StudentT, 0.95, seed: 1).Mean(differences, "sleep");
        // t.test(extra ~ group, data = sleep, paired = TRUE): t = -4.0621, df = 9, p-value = 0.002833, interval -2.4598858 to -0.7001142, mean -1.58. Ours has six digits.
        Assert.That(mean.Value, Is.EqualTo(-1.58).Within(5e-6));
        Assert.That(mean.Lower, Is.EqualTo(-2.4598858).Within(5e-6));
        Assert.That(mean.Upper, Is.EqualTo(-0.7001142).Within(5e-6));
        Assert.That(SeedStatistics.PairedProbability(differences), Is.EqualTo(0.002833).Within(5e-7));
    }

    [Test]
    public void A_deviation_has_the_interval_of_chi_square()
    {
        // Deviation of 1 … 10: √(82.5 / 9). With the table's 2.70039 and 19.0228 its interval is √(82.5 / 19.0228) to √(82.5 / 2.70039).
        IntervalEstimate deviation = new SeedStatistics(IntervalMethod.StudentT, 0.95, seed: 1).Deviation([.. Enumerable.Range(1, 10).Select(i => (double)i)], "deviation");
        Assert.That(deviation.Value, Is.EqualTo(Math.Sqrt(82.5 / 9)).Within(1e-5));
        Assert.That(deviation.Lower, Is.EqualTo(Math.Sqrt(82.5 / 19.0228)).Within(2e-5));
        Assert.That(deviation.Upper, Is.EqualTo(Math.Sqrt(82.5 / 2.70039)).Within(2e-5));
    }

    /// <summary>Table 14.2 of the same book: 115.8 to 259.6 for the variance with divisor n, of 171.5, at 90 %.</summary>
    [Test]
    public void The_children_have_the_BCa_interval_of_the_book()
    {
        (double lower, double upper) = BcaBootstrap.Interval(s_children, Variance, 0.9, new RandomSource(1, "children"));
        Assert.That(Variance(s_children), Is.EqualTo(171.5).Within(0.05));
        // The book drew 2,000 samples and we draw 10,000. A limit that 5 % of samples exceed has a standard error of √(0.05 · 0.95 / samples) / density; the samples' deviation is about 43, so the density there
        // is about 0.103 / 43: errors of 2.0 and 0.9, together 2.2, and as much again for the bias that both estimate. Three of them are 9; the standard interval, 101 to 242, is off by 15.
        Assert.That(lower, Is.EqualTo(115.8).Within(9));
        Assert.That(upper, Is.EqualTo(259.6).Within(9));

        static double Variance(double[] values)
        {
            double mean = values.Average();
            return values.Sum(value => (value - mean) * (value - mean)) / values.Length;
        }
    }

    [Test]
    public void The_bootstrap_is_keyed_by_seed_and_purpose()
    {
        IntervalEstimate Of(long seed, string purpose) => new SeedStatistics(IntervalMethod.Bca, 0.95, seed).Mean(s_children, purpose);
        IntervalEstimate first = Of(1, "a"), again = Of(1, "a");
        Assert.That(again, Is.EqualTo(first));
        Assert.That(Of(2, "a"), Is.Not.EqualTo(first));
        Assert.That(Of(1, "b"), Is.Not.EqualTo(first));
    }

    [TestCase(IntervalMethod.StudentT)]
    [TestCase(IntervalMethod.Bca)]
    public void Equal_values_have_an_interval_without_width(IntervalMethod method)
    {
        var statistics = new SeedStatistics(method, 0.95, seed: 1);
        Assert.That(statistics.Mean([3, 3, 3], "mean"), Is.EqualTo(new IntervalEstimate(3, 3, 3)));
        Assert.That(statistics.Deviation([3, 3, 3], "deviation"), Is.EqualTo(new IntervalEstimate(0, 0, 0)));
        Assert.That(SeedStatistics.PairedProbability([0, 0, 0]), Is.EqualTo(1));
    }

    /// <summary>Coverage is a binomial share of 400 trials: five standard errors of 95 % are 5.4 %.</summary>
    [Test]
    public void Students_intervals_of_normal_values_cover_as_often_as_they_say()
    {
        var random = new RandomSource(1, "coverage");
        int means = 0, deviations = 0;
        var draws = new float[10];
        for (int trial = 0; trial < 400; trial++)
        {
            random.FillNormal(draws, 2);
            double[] values = Array.ConvertAll(draws, draw => (double)draw + 5);
            var statistics = new SeedStatistics(IntervalMethod.StudentT, 0.95, seed: trial);
            IntervalEstimate mean = statistics.Mean(values, "mean"), deviation = statistics.Deviation(values, "deviation");
            means += mean.Lower <= 5 && 5 <= mean.Upper ? 1 : 0;
            deviations += deviation.Lower <= 2 && 2 <= deviation.Upper ? 1 : 0;
        }
        Assert.That(means / 400.0, Is.EqualTo(0.95).Within(0.054));
        Assert.That(deviations / 400.0, Is.EqualTo(0.95).Within(0.054));
    }

    [Test]
    public void Holms_adjustment_is_that_of_R()
    {
        // p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") gives 0.05 0.08 0.09 0.09 0.09; the order must not count.
        Assert.That(SeedStatistics.Holm([0.03, 0.01, 0.05, 0.02, 0.04]), Is.EqualTo(new[] { 0.09, 0.05, 0.09, 0.08, 0.09 }).Within(1e-15));
        Assert.That(SeedStatistics.Holm([0.6, 0.7]), Is.EqualTo(new[] { 1.0, 1.0 }));
        Assert.That(SeedStatistics.Holm([]), Is.Empty);
    }

    [TestCase(new double[] { 3, 1, 2 }, 2)]
    [TestCase(new double[] { 4, 1, 2, 3 }, 2.5)]
    public void A_median_is_the_middle(double[] values, double expected) => Assert.That(SeedStatistics.MedianOf(values), Is.EqualTo(expected));
}
