using System.Globalization;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>Rows to train on, in memory: raw features, targets and weights.</summary>
internal sealed class TrainingSet
{
    /// <param name="features">[rows × featureCount], row-major, finite; NaN where one is missing, if the training fills these.</param>
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

    /// <summary>Columns of keys beside the features.</summary>
    public int KeyColumns { get; private set; }

    /// <summary>[rows × <see cref="KeyColumns"/>], row-major, 0 where a key is missing.</summary>
    public int[] Keys { get; private set; } = [];

    /// <summary>Gives every row its keys.</summary>
    /// <param name="keys">[rows × columns], row-major.</param>
    public void AddKeys(int[] keys, int columns)
    {
        if (keys.LongLength < (long)Rows * columns)
            throw new ArgumentException($"{Rows} rows need {(long)Rows * columns} keys.");
        Keys = keys;
        KeyColumns = columns;
    }

    public ReadOnlySpan<int> KeysOf(int row) => Keys.AsSpan((int)((long)row * KeyColumns), KeyColumns);

    /// <summary>True where the rows came as sparse vectors: their zeros are kept by not centring them.</summary>
    public bool IsSparse { get; init; }

    /// <summary>Multiplies each row's weight by its class's.</summary>
    /// <param name="weights">One a class, positive and finite.</param>
    /// <exception cref="InvalidOperationException">A product is 0 or infinite.</exception>
    public void WeightClasses(ReadOnlySpan<float> weights)
    {
        var products = new float[Rows];
        for (int row = 0; row < Rows; row++)
        {
            products[row] = (float)(WeightOf(row) * weights[(int)Targets[row]]);
            if (!(products[row] > 0 && float.IsFinite(products[row])))
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"A row's weight times its class's must be above 0 and finite, and {WeightOf(row)} × {weights[(int)Targets[row]]} is {products[row]} in usable row {row:N0} (counted from 0). Bring the weights closer to 1: only their ratios count."));
        }
        Weights = products;
    }

    public ReadOnlySpan<float> Row(int row) => Features.AsSpan((int)((long)row * FeatureCount), FeatureCount);

    /// <summary>1 where all rows weigh the same.</summary>
    public double WeightOf(int row) => Weights is null ? 1 : Weights[row];
}
