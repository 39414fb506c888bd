using System.Globalization;

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
    public float[]? Weights { get; private set; }

    /// <summary>True where the rows came as sparse vectors: their zeros are kept by not centring them.</summary>
    public bool IsSparse { get; init; }

    /// <summary>Multiplies each row's weight by its class's.</summary>
    /// <param name="weights">One a class, positive and finite.</param>
    /// <exception cref="InvalidOperationException">A product is 0 or infinite.</exception>
    public void WeightClasses(ReadOnlySpan<float> weights)
    {
        var products = new float[Rows];
        for (int row = 0; row < Rows; row++)
            products[row] = WeighClass(WeightOf(row), weights[(int)Targets[row]], row);
        Weights = products;
    }

    /// <summary>A row's weight times its class's.</summary>
    /// <exception cref="InvalidOperationException">It is 0 or infinite.</exception>
    public static float WeighClass(double weight, float classWeight, long row)
    {
        float product = (float)(weight * classWeight);
        if (!(product > 0 && float.IsFinite(product)))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"A row's weight times its class's must be above 0 and finite, and {weight} × {classWeight} is {product} in usable row {row:N0} (counted from 0). Bring the weights closer to 1: only their ratios count."));
        return product;
    }

    public ReadOnlySpan<float> Row(int row) => Features.AsSpan((int)((long)row * FeatureCount), FeatureCount);

    /// <summary>1 where all rows weigh the same.</summary>
    public double WeightOf(int row) => Weights is null ? 1 : Weights[row];
}
