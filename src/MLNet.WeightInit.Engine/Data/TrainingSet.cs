namespace MLNet.WeightInit.Engine.Data;

/// <summary>Rows to train on, in memory: raw features, targets and weights.</summary>
internal sealed class TrainingSet
{
    /// <param name="features">[rows × featureCount], row-major, finite.</param>
    /// <param name="targets">[rows × targetColumns]: class index (0-based), 0 or 1, or values.</param>
    /// <param name="weights">[rows], positive; null for all ones.</param>
    public TrainingSet(float[] features, int rows, int featureCount, float[] targets, int targetColumns, float[]? weights = null)
    {
        if (features.LongLength < (long)rows * featureCount || targets.LongLength < (long)rows * targetColumns || weights?.Length < rows)
            throw new ArgumentException($"{rows} rows need {(long)rows * featureCount} features and {(long)rows * targetColumns} targets.");
        Features = features;
        Rows = rows;
        FeatureCount = featureCount;
        Targets = targets;
        TargetColumns = targetColumns;
        Weights = weights;
    }

    public float[] Features { get; }
    public int Rows { get; }
    public int FeatureCount { get; }
    public float[] Targets { get; }
    public int TargetColumns { get; }
    public float[]? Weights { get; }

    /// <summary>True where the rows came as sparse vectors: their zeros are kept by not centring them.</summary>
    public bool IsSparse { get; init; }

    public ReadOnlySpan<float> Row(int row) => Features.AsSpan((int)((long)row * FeatureCount), FeatureCount);

    /// <summary>1 where all rows weigh the same.</summary>
    public double WeightOf(int row) => Weights is null ? 1 : Weights[row];
}
