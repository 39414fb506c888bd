using System.Runtime.CompilerServices;
using System.Globalization;
using System.Runtime.Intrinsics;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>What the training rows say of each feature: how to standardize it.</summary>
internal static class FeatureStatistics
{
    const int Lanes = 8;

    /// <summary>Mean and 1/σ of each feature over some rows, in double, row by row. Missing values (NaN) are left out; a feature that is missing in all rows gets scale 0.</summary>
    /// <remarks>
    /// A feature that only takes the values 0 and 1 is an indicator: it stays as it is, so that one-hot columns keep their zeros. Features of sparse rows follow <see cref="SparseStatistics"/>.
    /// A constant feature gets scale 0: it can tell rows apart in training no more than in scoring, where a new value would meet weights that never learnt.
    /// </remarks>
    public static AffineScale Standardization(TrainingSet data, ReadOnlySpan<int> rows)
    {
        if (data.IsSparse)
            return SparseStatistics.Standardization(data.Sparse, rows);
        int count = data.FeatureCount;
        float[] minimum = new float[count], maximum = new float[count];
        double[] means = new double[count], squares = new double[count];
        var present = new long[count];
        var others = new int[count];
        Array.Fill(minimum, float.PositiveInfinity);
        Array.Fill(maximum, float.NegativeInfinity);
        foreach (int row in rows)
            AddValues(data.Row(row), present, means, minimum, maximum, others);
        for (int feature = 0; feature < count; feature++)
            means[feature] /= Math.Max(1, present[feature]);
        foreach (int row in rows)
            AddSquares(data.Row(row), means, squares);
        return Scale(minimum, maximum, Array.ConvertAll(others, other => other == 0), means, squares, present);
    }

    /// <summary>One row's features: how many there are, their sums and range, and of each a number other than 0 once a value is neither 0 nor 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AddValues(ReadOnlySpan<float> features, long[] present, double[] sums, float[] minimum, float[] maximum, int[] others)
    {
        int feature = 0;
        for (; feature <= features.Length - Lanes; feature += Lanes)
        {
            Vector256<float> value = Vector256.Create(features[feature..]), isPresent = Vector256.Equals(value, value);
            (Vector256<long> firstPresent, Vector256<long> secondPresent) = Vector256.Widen(isPresent.AsInt32());
            (Vector256.Create(present.AsSpan(feature)) - firstPresent).CopyTo(present, feature);                               // a true lane is −1
            (Vector256.Create(present.AsSpan(feature + Lanes / 2)) - secondPresent).CopyTo(present, feature + Lanes / 2);
            (Vector256<double> first, Vector256<double> second) = Vector256.Widen(value & isPresent);
            (Vector256.Create(sums.AsSpan(feature)) + first).CopyTo(sums, feature);
            (Vector256.Create(sums.AsSpan(feature + Lanes / 2)) + second).CopyTo(sums, feature + Lanes / 2);
            Vector256<float> least = Vector256.Create(minimum.AsSpan(feature)), most = Vector256.Create(maximum.AsSpan(feature));
            Vector256.Min(least, Vector256.ConditionalSelect(isPresent, value, least)).CopyTo(minimum, feature);
            Vector256.Max(most, Vector256.ConditionalSelect(isPresent, value, most)).CopyTo(maximum, feature);
            Vector256<float> isIndicator = Vector256.Equals(value, Vector256<float>.Zero) | Vector256.Equals(value, Vector256<float>.One);
            (Vector256.Create(others.AsSpan(feature)) | Vector256.AndNot(isPresent, isIndicator).AsInt32()).CopyTo(others, feature);
        }
        for (; feature < features.Length; feature++)
        {
            float value = features[feature];
            if (float.IsNaN(value))
                continue;
            present[feature]++;
            sums[feature] += value;
            minimum[feature] = MathF.Min(minimum[feature], value);
            maximum[feature] = MathF.Max(maximum[feature], value);
            others[feature] |= value is 0 or 1 ? 0 : -1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AddSquares(ReadOnlySpan<float> features, double[] means, double[] squares)
    {
        int feature = 0;
        for (; feature <= features.Length - Lanes; feature += Lanes)
        {
            Vector256<float> value = Vector256.Create(features[feature..]);
            (Vector256<double> first, Vector256<double> second) = Vector256.Widen(value);
            (Vector256.Create(squares.AsSpan(feature)) + Square(first - Vector256.Create(means.AsSpan(feature)))).CopyTo(squares, feature);
            (Vector256.Create(squares.AsSpan(feature + Lanes / 2)) + Square(second - Vector256.Create(means.AsSpan(feature + Lanes / 2)))).CopyTo(squares, feature + Lanes / 2);
        }
        for (; feature < features.Length; feature++)
        {
            double centred = features[feature] - means[feature];
            squares[feature] += double.IsNaN(centred) ? 0 : centred * centred;
        }
    }

    /// <summary>0 for what isn't there.</summary>
    static Vector256<double> Square(Vector256<double> centred) => centred * centred & Vector256.Equals(centred, centred);

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
