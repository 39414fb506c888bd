using System.Runtime.CompilerServices;
using System.Globalization;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>What the training rows say of each feature: how to standardize it.</summary>
internal static class FeatureStatistics
{
    /// <summary>Mean and 1/σ of each feature over some rows, in double, row by row. Missing values (NaN) are left out; a feature that is missing in all rows gets scale 0.</summary>
    /// <remarks>
    /// A feature that only takes the values 0 and 1 is an indicator: it stays as it is, so that one-hot columns keep their zeros. Features of sparse rows follow <see cref="SparseStatistics"/>.
    /// A constant feature gets scale 0: it can tell rows apart in training no more than in scoring, where a new value would meet weights that never learnt.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static AffineScale Standardization(TrainingSet data, ReadOnlySpan<int> rows)
    {
        if (data.IsSparse)
            return SparseStatistics.Standardization(data.Sparse, rows);
        int count = data.FeatureCount;
        var sums = new double[count];
        var minimum = new float[count];
        var maximum = new float[count];
        var indicator = new bool[count];
        var present = new long[count];
        Array.Fill(minimum, float.PositiveInfinity);
        Array.Fill(maximum, float.NegativeInfinity);
        Array.Fill(indicator, true);
        foreach (int row in rows)
        {
            ReadOnlySpan<float> features = data.Row(row);
            for (int feature = 0; feature < features.Length; feature++)
            {
                float value = features[feature];
                if (float.IsNaN(value))
                    continue;
                present[feature]++;
                sums[feature] += value;
                minimum[feature] = MathF.Min(minimum[feature], value);
                maximum[feature] = MathF.Max(maximum[feature], value);
                indicator[feature] &= value is 0 or 1;
            }
        }
        var squares = new double[count];
        for (int feature = 0; feature < count; feature++)
            sums[feature] /= Math.Max(1, present[feature]);
        foreach (int row in rows)
        {
            ReadOnlySpan<float> features = data.Row(row);
            for (int feature = 0; feature < features.Length; feature++)
            {
                if (float.IsNaN(features[feature]))
                    continue;
                double centred = features[feature] - sums[feature];
                squares[feature] += centred * centred;
            }
        }
        return Scale(minimum, maximum, indicator, sums, squares, present);
    }

    /// <summary>The same from each feature's range, mean and sum of squared deviations.</summary>
    /// <param name="indicator">Of each feature, whether it only takes the values 0 and 1.</param>
    /// <param name="present">Rows that have the feature.</param>
    public static AffineScale Scale(float[] minimum, float[] maximum, bool[] indicator, double[] meansOf, double[] squares, long[] present)
    {
        int count = minimum.Length;
        var means = new float[count];
        var scales = new float[count];
        for (int feature = 0; feature < count; feature++)
        {
            if (present[feature] == 0)
                continue;
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
            CheckSpan(feature, minimum[feature], maximum[feature], means[feature]);
            float scale = (float)(1 / Math.Sqrt(squares[feature] / present[feature]));
            scales[feature] = float.IsFinite(scale) ? scale : 0;
        }
        return new AffineScale(means, scales);
    }

    /// <exception cref="InvalidOperationException">A float can't hold the distance of a feature's values from their mean.</exception>
    internal static void CheckSpan(int feature, float minimum, float maximum, float mean)
    {
        if (!float.IsFinite(maximum - mean) || !float.IsFinite(minimum - mean))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The difference of a feature's values to their mean must be finite, and feature {feature} (counted from 0) runs from {minimum:G3} to {maximum:G3} "
                + $"around {mean:G3}. Clip or rescale it, or make such values missing if they only stand for that."));
    }

    /// <summary>Mean over the first layer's inputs of E x², of the inputs as the network sees them.</summary>
    /// <param name="embedded">Σ E x² over the inputs that are embeddings.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SecondMoment(TrainingSet data, ReadOnlySpan<int> rows, AffineScale scale, InputEncoding encoding, double embedded = 0)
    {
        if (data.IsSparse && encoding.IsPlain)
            return SparseStatistics.SecondMoment(data.Sparse, rows, scale);
        double sum = 0;
        var full = new float[data.IsSparse ? data.FeatureCount : 0];
        foreach (int row in rows)
        {
            ReadOnlySpan<float> features = full;
            if (data.IsSparse)
                data.CopyRow(row, full);
            else
                features = data.Row(row);
            double rowSum = 0;
            for (int feature = 0; feature < features.Length; feature++)
            {
                float raw = float.IsNaN(features[feature]) ? encoding.Fills[feature] : features[feature];
                double value = scale.IsNone ? raw : ((double)raw - scale.Means[feature]) * scale.Scales[feature];
                rowSum += value * value;
            }
            foreach (int feature in encoding.Indicators)
                rowSum += float.IsNaN(features[feature]) ? 1 : 0;
            sum += rowSum;
        }
        return (sum + embedded * rows.Length) / ((double)rows.Length * encoding.WidthOf(data.FeatureCount));
    }
}
