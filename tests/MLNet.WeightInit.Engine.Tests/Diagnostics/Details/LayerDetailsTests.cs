using MLNet.WeightInit.Engine.Diagnostics.Details;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Details;

internal sealed class LayerDetailsTests
{
    // Of {0, 0, 0, 1}: m = 1/4, m2 = 3/16, m4 = (3 + 81) / 4 / 256 = 21/256, over m2² = 9/256.
    [TestCase(new[] { -1f, 1, -1, 1 }, 1)]
    [TestCase(new[] { 0f, 0, 0, 1 }, 21.0 / 9)]
    [TestCase(new[] { 5f, 5, 5, 6 }, 21.0 / 9)]
    [TestCase(new[] { 2f, 2, 2 }, double.NaN)]
    public void Kurtosis_is_that_of_known_arrays(float[] values, double expected) => Assert.That(DetailStudy.Kurtosis(values), Is.EqualTo(expected).Within(1e-12));

    // Five standard errors of the kurtosis of 65,536 values: √(24/n) for normal ones, less for others.
    [TestCase("normal(deviation=0.1)", 3.0)]
    [TestCase("he(distribution=truncated)", 2.3655)]
    [TestCase("he_uniform", 1.8)]
    public void Kurtosis_tells_distributions_apart(string init, double expected)
        => Assert.That(DetailStudy.Kurtosis(LayerSpectrumTests.Weights(init, 256, 256, 1)), Is.EqualTo(expected).Within(5 * Math.Sqrt(24.0 / 65536)));

    /// <summary>Two rows of three units, padding that isn't to be read; bins from −4 to 4, 0.2 wide.</summary>
    [Test]
    public void A_histogram_counts_every_value_once_and_the_rest_at_its_ends()
    {
        float[] block = [-3.99f, 0, 0.19f, float.NaN, 0.21f, 99, -99, float.NaN];
        LayerHistogram histogram = LayerHistogram.Of(block, rows: 2, units: 3, stride: 4, mean: 0, deviation: 1)!;
        var expected = new int[40];
        (expected[0], expected[20], expected[21], expected[39]) = (2, 2, 1, 1);
        Assert.That((histogram.Low, histogram.High), Is.EqualTo((-4.0, 4.0)));
        Assert.That(histogram.Counts, Is.EqualTo(expected));
    }

    [Test]
    public void A_histogram_of_one_value_has_a_middle_and_of_none_finite_is_none()
    {
        LayerHistogram histogram = LayerHistogram.Of([3, 3, 3, 3], 4, 1, 1, mean: 3, deviation: 0)!;
        Assert.That((histogram.Counts.Sum(), histogram.Counts[20]), Is.EqualTo((4, 4)));
        Assert.That(LayerHistogram.Of([1, float.NaN], 2, 1, 1, 1, 1), Is.Null);
        Assert.That(LayerHistogram.Of([1, 2], 2, 1, 1, double.NaN, double.NaN), Is.Null);
    }

    /// <summary>Of a mean over 30 rows, one a group: the halves' mean squared distance is Σ (a − b)² / 30² over the pairs, since Hadamard's columns are orthogonal. Student's quantile for 15 pairs is 2.1314.</summary>
    [Test]
    public void Half_samples_of_a_mean_give_its_standard_error()
    {
        float[] rows = SingularValuesTests.Normal(30, 7);
        var halves = new HalfSamples(30, seed: 3);
        (double Sum, double Squares, long Count)[] groups = halves.Sums(rows, units: 1, stride: 1);
        RowInterval interval = halves.Interval(groups, (sum, _, count) => sum / count);
        double squares = 0;
        for (int pair = 0; pair < 15; pair++)
            squares += Math.Pow(groups[2 * pair].Sum - groups[2 * pair + 1].Sum, 2) / 900;
        Assert.That(groups.Select(group => group.Count), Is.All.EqualTo(1));
        Assert.That((interval.Upper - interval.Lower) / 2, Is.EqualTo(2.1314 * Math.Sqrt(squares)).Within(1e-4));
        Assert.That((interval.Upper + interval.Lower) / 2, Is.EqualTo(rows.Average()).Within(1e-5));
    }

    /// <summary>Normal values of deviation 1, 8 units a row, 256 rows: of 400 intervals 95 %, and the count's own five standard errors are 5.4 %.</summary>
    [Test]
    public void Intervals_hold_what_they_say()
    {
        int held = 0;
        for (int set = 0; set < 400; set++)
        {
            float[] block = SingularValuesTests.Normal(256 * 8, set);
            var halves = new HalfSamples(256, set);
            RowInterval interval = halves.Interval(halves.Sums(block, 8, 8), (sum, squares, count) => Math.Sqrt(squares / count - sum / count * (sum / count)));
            held += interval.Lower <= 1 && interval.Upper >= 1 ? 1 : 0;
        }
        Assert.That(held / 400.0, Is.EqualTo(0.95).Within(0.054));
    }

    [Test]
    public void Three_rows_have_no_interval([Values(1, 2, 3)] int rows)
    {
        var halves = new HalfSamples(rows, 1);
        Assert.That(halves.Interval(halves.Sums(new float[rows], 1, 1), (sum, _, _) => sum), Is.EqualTo(new RowInterval(double.NaN, double.NaN)));
    }
}
