using System.Runtime.CompilerServices;
using System.Globalization;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>What the training rows say of each feature: how to standardize it.</summary>
internal static class FeatureStatistics
{
    /// <summary>Mean and 1/σ of each feature over some rows, in double, row by row.</summary>
    /// <remarks>
    /// A feature that only takes the values 0 and 1 is an indicator: it stays as it is, so that one-hot columns keep their zeros; so do all features of data that came sparse.
    /// A constant feature gets scale 0: it can tell rows apart in training no more than in scoring, where a new value would meet weights that never learnt.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static AffineScale Standardization(TrainingSet data, ReadOnlySpan<int> rows)
    {
        int count = data.FeatureCount;
        if (data.IsSparse)
        {
            var ones = new float[count];
            Array.Fill(ones, 1);
            return new AffineScale(new float[count], ones);
        }

        var sums = new double[count];
        var minimum = new float[count];
        var maximum = new float[count];
        var indicator = new bool[count];
        Array.Fill(minimum, float.PositiveInfinity);
        Array.Fill(maximum, float.NegativeInfinity);
        Array.Fill(indicator, true);
        foreach (int row in rows)
        {
            ReadOnlySpan<float> features = data.Row(row);
            for (int feature = 0; feature < features.Length; feature++)
            {
                float value = features[feature];
                sums[feature] += value;
                minimum[feature] = MathF.Min(minimum[feature], value);
                maximum[feature] = MathF.Max(maximum[feature], value);
                indicator[feature] &= value is 0 or 1;
            }
        }
        var squares = new double[count];
        for (int feature = 0; feature < count; feature++)
            sums[feature] /= rows.Length;
        foreach (int row in rows)
        {
            ReadOnlySpan<float> features = data.Row(row);
            for (int feature = 0; feature < features.Length; feature++)
            {
                double centred = features[feature] - sums[feature];
                squares[feature] += centred * centred;
            }
        }
        return Scale(minimum, maximum, indicator, sums, squares, rows.Length);
    }

    /// <summary>The same from each feature's range, mean and sum of squared deviations.</summary>
    /// <param name="indicator">Of each feature, whether it only takes the values 0 and 1.</param>
    public static AffineScale Scale(float[] minimum, float[] maximum, bool[] indicator, double[] meansOf, double[] squares, long rows)
    {
        int count = minimum.Length;
        var means = new float[count];
        var scales = new float[count];
        for (int feature = 0; feature < count; feature++)
        {
            if (minimum[feature] == maximum[feature])
            {
                means[feature] = minimum[feature];
                continue;
            }
            if (indicator[feature])
            {
                scales[feature] = 1;
                continue;
            }
            means[feature] = (float)meansOf[feature];
            if (!float.IsFinite(maximum[feature] - means[feature]) || !float.IsFinite(minimum[feature] - means[feature]))
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"The difference of a feature's values to their mean must be finite, and feature {feature} (counted from 0) runs from {minimum[feature]:G3} to {maximum[feature]:G3} "
                    + $"around {means[feature]:G3}. Clip or rescale it, or make such values missing if they only stand for that."));
            float scale = (float)(1 / Math.Sqrt(squares[feature] / rows));
            scales[feature] = float.IsFinite(scale) ? scale : 0;
        }
        return new AffineScale(means, scales);
    }

    /// <summary>Mean over features of E x², of the features as the network sees them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SecondMoment(TrainingSet data, ReadOnlySpan<int> rows, AffineScale scale)
    {
        double sum = 0;
        foreach (int row in rows)
        {
            ReadOnlySpan<float> features = data.Row(row);
            double rowSum = 0;
            for (int feature = 0; feature < features.Length; feature++)
            {
                double value = scale.IsNone ? features[feature] : ((double)features[feature] - scale.Means[feature]) * scale.Scales[feature];
                rowSum += value * value;
            }
            sum += rowSum;
        }
        return sum / ((double)rows.Length * data.FeatureCount);
    }
}
