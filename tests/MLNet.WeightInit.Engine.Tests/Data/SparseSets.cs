using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Tests.Network;

namespace MLNet.WeightInit.Engine.Tests.Data;

/// <summary>Small sparse data sets, and the same rows with all their zeros.</summary>
internal static class SparseSets
{
    /// <summary>Rows of words that occur by chance, earlier ones more often; the first feature is a number in every row. Classes by two words each.</summary>
    /// <param name="share">Of the features, in a row.</param>
    public static TrainingSet Create(int rows, int features, double share, int classes = 3, uint seed = 1)
    {
        float[] draws = Networks.Values(rows * features, seed), values = Networks.Values(rows * features, seed + 1);
        var data = new SparseRows(features);
        var targets = new float[rows];
        for (int row = 0; row < rows; row++)
        {
            targets[row] = row % classes;
            var columns = new List<int>();
            var given = new List<float>();
            for (int feature = 0; feature < features; feature++)
            {
                int at = row * features + feature;
                double chance = feature == 0 ? 1 : share * (2 - 2.0 * feature / features) * ((feature - 1) % (2 * classes) / 2 == row % classes ? 2.5 : 0.4);
                if (Math.Abs(draws[at]) > chance)
                    continue;
                columns.Add(feature);
                given.Add(feature == 0 ? 50 + 10 * values[at] : feature % 3 == 0 ? 1 + MathF.Round(4 * Math.Abs(values[at])) : values[at]);
            }
            data.Add([.. columns], [.. given]);
        }
        return new TrainingSet(data, targets, 1);
    }

    public static TrainingSet Dense(TrainingSet sparse)
    {
        var features = new float[sparse.Rows * sparse.FeatureCount];
        for (int row = 0; row < sparse.Rows; row++)
            sparse.CopyRow(row, features.AsSpan(row * sparse.FeatureCount));
        return new TrainingSet(features, sparse.Rows, sparse.FeatureCount, sparse.Targets, sparse.TargetColumns, sparse.Weights);
    }
}
