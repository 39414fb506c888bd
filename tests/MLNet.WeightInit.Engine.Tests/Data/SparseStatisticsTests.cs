using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Tests.Network;

namespace MLNet.WeightInit.Engine.Tests.Data;

[TestFixture]
internal sealed unsafe class SparseStatisticsTests
{
    /// <summary>One feature of sparse rows, 0 meaning that it isn't given.</summary>
    static (float Mean, float Scale) Of(params float[] column)
    {
        var rows = new SparseRows(2);
        foreach (float value in column)
            rows.AddDense([0, value]);
        AffineScale scale = FeatureStatistics.Standardization(new TrainingSet(rows, new float[column.Length], 1), [.. Enumerable.Range(0, column.Length)]);
        Assert.That((scale.Means[0], scale.Scales[0]), Is.EqualTo((0f, 0f)), "a feature that is never given would meet weights that never learnt");
        return (scale.Means[1], scale.Scales[1]);
    }

    [Test]
    public void Indicators_and_shares_stay_as_they_are()
    {
        Assert.That(Of(0, 1, 0, 1, 1), Is.EqualTo((0f, 1f)));
        Assert.That(Of(0.2f, 0.1f, 0.5f, 0, 0.1f), Is.EqualTo((0f, 1f)));
        Assert.That(Of(0.01f, 0, 0, 0, 0), Is.EqualTo((0f, 1f)));
    }

    [Test]
    public void Counts_are_divided_by_the_root_mean_square_of_those_that_are_not_zero()
        => Assert.That(Of(0, 0, 0, 0, 0, 0, 1, 7), Is.EqualTo((0f, 0.2f)));                     // √((1 + 49) / 2) = 5

    [Test]
    public void A_number_among_sparse_features_is_centred_and_divided_by_its_deviation()
    {
        Assert.That(Of(2, 4, 4, 4, 5, 5, 7, 9), Is.EqualTo((5f, 0.5f)));                         // mean 5, σ 2: the textbook's
        Assert.That(Of(0, 4, 0, 4), Is.EqualTo((2f, 0.5f)), "what isn't given counts as 0");
        Assert.That(Of(-2, 2, -2, 2), Is.EqualTo((0f, 0.5f)), "a mean of 0 too");
        Assert.That(Of(9_999, 10_001, 9_999, 10_001), Is.EqualTo((10_000f, 1f)));
    }

    /// <summary>Of any size, where it is given in 95 % of the rows: else a share of 0 to 0.1 beside a text would never be seen.</summary>
    [TestCase(0, true)]
    [TestCase(2, true)]
    [TestCase(3, false)]
    public void A_small_number_is_one_too_where_nearly_all_rows_have_it(int zeros, bool isNumber)
    {
        float[] column = [.. Enumerable.Range(0, 40).Select(row => row < zeros ? 0f : row % 2 == 0 ? 0.01f : 0.03f)];
        double mean = column.Average(value => (double)value), deviation = Math.Sqrt(column.Average(value => (value - mean) * (value - mean)));
        (float foundMean, float foundScale) = Of(column);
        // Sums of 40 floats in double: 40 · 2⁻⁵³ and the rounding to a float.
        Assert.That((double)foundMean, Is.EqualTo(isNumber ? mean : 0).Within(1e-7 * mean));
        Assert.That((double)foundScale, Is.EqualTo(isNumber ? 1 / deviation : 1).Within(1e-6 / deviation));
    }

    [Test]
    public void An_indicator_is_none_however_often_it_is_given()
    {
        Assert.That(Of([.. Enumerable.Repeat(1f, 39), 0]), Is.EqualTo((0f, 1f)));
        Assert.That(Of([.. Enumerable.Repeat(0.3f, 39), 0]), Is.EqualTo((0f, 1f)));
    }

    [Test]
    public void A_feature_with_one_value_in_all_rows_gets_scale_zero()
        => Assert.That(Of(3, 3, 3), Is.EqualTo((0f, 0f)));

    [Test]
    public void Zeros_that_are_given_count_as_those_that_are_not()
    {
        var rows = new SparseRows(2);
        rows.Add([0, 1], [0, 0]);
        rows.Add([1], [1]);
        rows.Add([1], [7]);
        for (int row = 0; row < 5; row++)
            rows.Add([], []);
        AffineScale scale = FeatureStatistics.Standardization(new TrainingSet(rows, new float[8], 1), [0, 1, 2, 3, 4, 5, 6, 7]);
        Assert.That((scale.Scales[0], scale.Scales[1]), Is.EqualTo((0f, 0.2f)));
    }

    [Test]
    public void A_number_whose_distance_from_its_mean_no_float_holds_fails()
        => Assert.That(() => Of(float.MaxValue, float.MinValue, float.MinValue), Throws.InvalidOperationException.With.Message.Contains("feature 1 (counted from 0) runs from -3.4E+38 to 3.4E+38"));

    [Test]
    public void Only_the_given_rows_count()
    {
        var rows = new SparseRows(1);
        rows.AddDense([1]);
        rows.AddDense([3]);
        rows.AddDense([1_000]);
        AffineScale scale = FeatureStatistics.Standardization(new TrainingSet(rows, new float[3], 1), [0, 1]);
        Assert.That((scale.Means[0], scale.Scales[0]), Is.EqualTo((2f, 1f)));
    }

    [Test]
    public void A_batch_has_the_bits_of_dense_rows([Values] bool standardized)
    {
        TrainingSet sparse = SparseSets.Create(40, 90, 0.1), dense = SparseSets.Dense(sparse);
        int[] rows = [7, 3, 3, 39, 0];
        AffineScale scale = standardized ? FeatureStatistics.Standardization(sparse, [.. Enumerable.Range(0, 40)]) : AffineScale.None;
        Assert.That(!standardized || scale.Means.Any(mean => mean != 0) && scale.Scales.Any(value => value is not (0 or 1)), Is.True, "else the test proves little");
        RowKernel kernel = RowKernel.Create(SimdLevels.Best);
        AlignedBuffer left = new(5 * 96), right = new(5 * 96);
        new BatchGatherer(dense, scale, AffineScale.None, 1, kernel, 5).Gather(rows, left.Pointer, 96);
        new BatchGatherer(sparse, scale, AffineScale.None, 1, kernel, 5).Gather(rows, right.Pointer, 96);
        for (int i = 0; i < 5 * 96; i++)
            Assert.That(right.Span[i], Is.EqualTo(left.Span[i]));                                // −0 and 0 are equal here, and to every sum
        Assert.That(FeatureStatistics.SecondMoment(sparse, rows, scale, InputEncoding.Plain), Is.EqualTo(FeatureStatistics.SecondMoment(dense, rows, scale, InputEncoding.Plain)).Within(1.2e-5).Percent, "rounded to float value by value: 2⁻²³ of each square");
    }

    [Test]
    public void Rows_that_each_have_other_features_are_summed_over_all_of_them()
    {
        var rows = new SparseRows(1_000);
        for (int row = 0; row < 100; row++)
            rows.Add([row], [2]);
        Assert.That(FeatureStatistics.SecondMoment(new TrainingSet(rows, new float[100], 1), [.. Enumerable.Range(0, 100)], AffineScale.None, InputEncoding.Plain), Is.EqualTo(4.0 / 1_000).Within(1e-12));
    }
}
