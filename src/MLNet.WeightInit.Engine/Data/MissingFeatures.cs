namespace MLNet.WeightInit.Engine.Data;

/// <summary>What the training rows say of missing features: what stands in for them, and where that they are missing may tell something.</summary>
internal static class MissingFeatures
{
    /// <summary>Each feature's mean over the rows that have it, summed in double, row by row; 0 for one that no row has.</summary>
    /// <remarks>A feature that is missing in some rows and there in others gets an indicator. One that is missing in all of them gets none: it would be the same in every row.</remarks>
    public static InputEncoding Encode(TrainingSet data, ReadOnlySpan<int> rows)
    {
        var sums = new double[data.FeatureCount];
        var counts = new int[data.FeatureCount];
        var features = new float[data.FeatureCount];
        foreach (int row in rows)
        {
            data.CopyRow(row, features);
            for (int feature = 0; feature < features.Length; feature++)
            {
                if (float.IsNaN(features[feature]))
                    continue;
                sums[feature] += features[feature];
                counts[feature]++;
            }
        }
        var indicators = new List<int>();
        var fills = new float[data.FeatureCount];
        for (int feature = 0; feature < fills.Length; feature++)
        {
            fills[feature] = counts[feature] == 0 ? 0 : (float)(sums[feature] / counts[feature]);
            if (counts[feature] > 0 && counts[feature] < rows.Length)
                indicators.Add(feature);
        }
        return new InputEncoding(fills, [.. indicators]);
    }
}
