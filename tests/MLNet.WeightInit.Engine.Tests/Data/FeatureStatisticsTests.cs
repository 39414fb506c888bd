using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Data;

[TestFixture]
internal sealed class FeatureStatisticsTests
{
    static AffineScale Of(params float[] column)
        => FeatureStatistics.Standardization(new TrainingSet(column, column.Length, 1, new float[column.Length], 1), [.. Enumerable.Range(0, column.Length)]);

    [Test]
    public void A_feature_is_centred_and_divided_by_its_population_deviation()
    {
        AffineScale scale = Of(2, 4, 4, 4, 5, 5, 7, 9);        // mean 5, σ 2: the textbook's
        Assert.That((scale.Means[0], scale.Scales[0]), Is.EqualTo((5f, 0.5f)));
    }

    [Test]
    public void A_constant_feature_gets_scale_zero_even_where_its_mean_rounds()
        => Assert.That(Of(0.1f, 0.1f, 0.1f).Scales[0], Is.Zero);

    [TestCase(float.MaxValue, float.MinValue, float.MinValue)]
    [TestCase(float.MinValue, float.MaxValue, float.MaxValue)]
    public void A_feature_whose_distance_from_its_mean_no_float_holds_fails(params float[] column)
        => Assert.That(() => Of(column), Throws.InvalidOperationException.With.Message.Contains("feature 0 (counted from 0) runs from -3.4E+38 to 3.4E+38"));

    [Test]
    public void An_indicator_stays_as_it_is()
    {
        AffineScale scale = Of(0, 1, 0, 0);
        Assert.That((scale.Means[0], scale.Scales[0]), Is.EqualTo((0f, 1f)));
    }

    [Test]
    public void A_deviation_of_one_at_a_mean_of_ten_thousand_is_found()
        => Assert.That(Of(9_999, 10_001, 9_999, 10_001).Scales[0], Is.EqualTo(1f));

    /// <summary>Eight features at a time and one by one: values, indicators, constants, a feature that is never there, and a fifth of all that is missing. The same sums in the same order: the same bits.</summary>
    [Test]
    public void Every_number_of_features_has_the_figures_of_a_plain_loop([Range(1, 41, 4)] int features)
    {
        const int Rows = 60;
        float[] values = Networks.Values(Rows * features, 7, 3), missing = Networks.Values(Rows * features, 8, 1);
        for (int i = 0; i < values.Length; i++)
            values[i] = missing[i] < -0.6f || i % features % 5 == 4 ? float.NaN : (i % features % 5) switch { 1 => values[i] > 0 ? 1 : 0, 2 => 2.5f, 3 => values[i] - 100, _ => values[i] };
        AffineScale found = FeatureStatistics.Standardization(new TrainingSet(values, Rows, features, new float[Rows], 1), [.. Enumerable.Range(0, Rows)]);
        for (int feature = 0; feature < features; feature++)
        {
            float[] column = [.. Enumerable.Range(0, Rows).Select(row => values[row * features + feature]).Where(value => !float.IsNaN(value))];
            double mean = column.Aggregate(0.0, (sum, value) => sum + value) / Math.Max(1, column.Length), squares = column.Aggregate(0.0, (sum, value) => sum + (value - mean) * (value - mean));
            (float, float) expected = (feature % 5) switch { 4 => (0, 0), 1 => (0, 1), 2 => (2.5f, 0), _ => ((float)mean, (float)(1 / Math.Sqrt(squares / column.Length))) };
            Assert.That((found.Means[feature], found.Scales[feature]), Is.EqualTo(expected), $"feature {feature}");
        }
    }

    [Test]
    public void Only_the_given_rows_count()
    {
        var data = new TrainingSet([1, 3, 1_000], 3, 1, new float[3], 1);
        AffineScale scale = FeatureStatistics.Standardization(data, [0, 1]);
        Assert.That((scale.Means[0], scale.Scales[0]), Is.EqualTo((2f, 1f)));
    }

    /// <summary>Karpathy's start at the entropy of the classes, exactly. Logarithms as floats: 1e-6.</summary>
    [Test]
    public void Prior_of_classes_is_their_log_share_by_weight()
    {
        var data = new TrainingSet(new float[4], 4, 1, [0, 2, 0, 1], 1, [3, 1, 2, 0.5f]);
        float[] bias = TargetStatistics.PriorBias(data, [0, 1, 2, 3], NetworkTask.Multiclass, 3, AffineScale.None);
        for (int label = 0; label < 3; label++)
            Assert.That((double)bias[label], Is.EqualTo(Math.Log(((double[])[5, 0.5, 1])[label] / 6.5)).Within(1e-6));
    }

    /// <summary>One row of mean weight is shared out where a class has none.</summary>
    [Test]
    public void Prior_of_classes_is_finite_for_an_absent_one()
    {
        var data = new TrainingSet(new float[4], 4, 1, [0, 0, 0, 1], 1);
        float[] bias = TargetStatistics.PriorBias(data, [0, 1, 2, 3], NetworkTask.Multiclass, 3, AffineScale.None);
        for (int label = 0; label < 3; label++)
            Assert.That((double)bias[label], Is.EqualTo(Math.Log(((double[])[3, 1, 0])[label] / 5 + 1.0 / 15)).Within(1e-6));
    }

    [Test]
    public void Prior_of_a_binary_label_is_its_log_odds()
    {
        var data = new TrainingSet(new float[100], 100, 1, [.. Enumerable.Range(0, 100).Select(row => row == 0 ? 1f : 0f)], 1);
        float[] bias = TargetStatistics.PriorBias(data, [.. Enumerable.Range(0, 100)], NetworkTask.Binary, 1, AffineScale.None);
        Assert.That((double)bias[0], Is.EqualTo(Math.Log(1.0 / 99)).Within(1e-6));
    }

    [Test]
    public void Prior_of_a_binary_label_that_is_never_true_is_finite()
    {
        float[] bias = TargetStatistics.PriorBias(new TrainingSet(new float[100], 100, 1, new float[100], 1), [.. Enumerable.Range(0, 100)], NetworkTask.Binary, 1, AffineScale.None);
        Assert.That((double)bias[0], Is.EqualTo(Math.Log(0.5 / 100.5)).Within(1e-6));
    }

    [Test]
    public void Prior_of_several_labels_is_the_weighted_log_odds_of_each_and_finite_for_one_that_is_never_true()
    {
        var data = new TrainingSet(new float[4], 4, 1, [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1], 3, [3, 1, 2, 2]);
        float[] bias = TargetStatistics.PriorBias(data, [0, 1, 2, 3], NetworkTask.Multilabel, 3, AffineScale.None);
        // Weights of the rows that have each label, of 8 in all; where none has it, half a row of mean weight 2 on both sides.
        double[] odds = [7.0 / 1, 1.0 / 9, 2.0 / 6];
        for (int label = 0; label < 3; label++)
            Assert.That((double)bias[label], Is.EqualTo(Math.Log(odds[label])).Within(1e-6));
    }

    /// <summary>Σ w v / Σ w of equal values is off by a rounding for most weights: a deviation of 1e-17 would make 10¹⁶ of the next other value.</summary>
    [Test]
    public void A_constant_target_has_no_deviation_whatever_its_rows_weigh([Values(0.1f, -7.3e8f, 1e-20f)] float value)
    {
        for (uint seed = 1; seed <= 40; seed++)
        {
            var data = new TrainingSet(new float[50], 50, 1, [.. Enumerable.Repeat(value, 50)], 1, [.. Networks.Values(50, seed).Select(weight => weight + 1.5f)]);
            AffineScale scale = TargetStatistics.Scale(data, [.. Enumerable.Range(0, 50)]);
            Assert.That((scale.Means[0], scale.Scales[0]), Is.EqualTo((value, 0f)));
        }
    }

    [Test]
    public void Target_scale_is_weighted()
    {
        var data = new TrainingSet(new float[2], 2, 1, [0, 10], 1, [3, 1]);
        AffineScale scale = TargetStatistics.Scale(data, [0, 1]);
        Assert.That(scale.Means[0], Is.EqualTo(2.5f));
        Assert.That(scale.Scales[0], Is.EqualTo((float)Math.Sqrt(0.75 * 6.25 + 0.25 * 56.25)));
    }
}
