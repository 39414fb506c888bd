using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Tests.Data;

/// <summary>What training rows with missing features say: means over what is there, and which features get an indicator.</summary>
[TestFixture]
internal sealed class MissingFeaturesTests
{
    const float None = float.NaN;

    /// <summary>Whole; missing in two of four rows; 0 or 1, missing in one; missing in all; constant, missing in one.</summary>
    static readonly TrainingSet s_data = new(
    [
        1, 10, 0, None, 5,
        3, None, 1, None, 5,
        5, 20, 1, None, None,
        7, None, None, None, 5,
    ], 4, 5, new float[4], 1);

    static readonly int[] s_rows = [0, 1, 2, 3];

    [Test]
    public void What_stands_in_is_the_mean_of_what_is_there()
        => Assert.That(MissingFeatures.Encode(s_data, s_rows).Fills, Is.EqualTo(new[] { 4f, 15f, (float)(2.0 / 3), 0f, 5f }));

    [Test]
    public void A_feature_has_an_indicator_where_some_rows_miss_it_and_some_have_it()
    {
        InputEncoding encoding = MissingFeatures.Encode(s_data, s_rows);
        Assert.That(encoding.Indicators, Is.EqualTo(new[] { 1, 2, 4 }));
        Assert.That((encoding.WidthOf(5), encoding.IsPlain), Is.EqualTo((8, false)));
    }

    [Test]
    public void Only_the_given_rows_count()
    {
        InputEncoding encoding = MissingFeatures.Encode(s_data, [0, 2]);
        Assert.That(encoding.Fills, Is.EqualTo(new[] { 3f, 15f, 0.5f, 0f, 5f }));
        Assert.That(encoding.Indicators, Is.EqualTo(new[] { 4 }));
    }

    /// <summary>The same values without the rows that miss them are the oracle.</summary>
    [Test]
    public void Statistics_leave_missing_values_out()
    {
        AffineScale scale = FeatureStatistics.Standardization(s_data, s_rows);
        Assert.That(scale.Means, Is.EqualTo(new[] { 4f, 15f, 0f, 0f, 5f }), "an indicator column is not centred, and a column without a value has no mean");
        // Population deviations: √5, 5; 0 and 1 are left as they are; constant columns are dropped.
        Assert.That(scale.Scales, Is.EqualTo(new[] { (float)(1 / Math.Sqrt(5)), 0.2f, 1f, 0f, 0f }));
    }

    [Test]
    public void The_second_moment_is_that_of_all_inputs_with_means_and_indicators_in_place()
    {
        AffineScale scale = FeatureStatistics.Standardization(s_data, s_rows);
        InputEncoding encoding = MissingFeatures.Encode(s_data, s_rows);
        // Standardized: 1; half of the rows at the mean, the others ±1: ½; (0 + 1 + 1 + (2/3)²) / 4; 0; 0. Indicators: 2/4, 1/4, 1/4.
        double expected = (1 + 0.5 + (2 + 4.0 / 9) / 4 + 0.5 + 0.25 + 0.25) / 8;
        Assert.That(FeatureStatistics.SecondMoment(s_data, s_rows, scale, encoding), Is.EqualTo(expected).Within(1e-6), "scales and means are floats: 6e-8 of each term");
    }
}
