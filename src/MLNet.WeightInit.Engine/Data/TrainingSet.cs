using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>Rows to train on, in memory: raw features, dense or sparse, targets and weights.</summary>
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

    /// <param name="features">One row for each, its values finite.</param>
    /// <inheritdoc cref="TrainingSet(float[], int, int, float[], int, float[])" path="/param"/>
    public TrainingSet(SparseRows features, float[] targets, int targetColumns, float[]? weights = null)
        : this([], 0, features.ColumnCount, targets, targetColumns, weights)
    {
        if (targets.LongLength < (long)features.Count * targetColumns || weights?.Length < features.Count)
            throw new ArgumentException($"{features.Count} rows need {(long)features.Count * targetColumns} targets.");
        Sparse = features;
        Rows = features.Count;
    }

    /// <summary>Of a set whose rows are dense; empty for sparse rows.</summary>
    public float[] Features { get; }

    /// <summary>The rows of a set that is sparse; null for dense rows.</summary>
    public SparseRows? Sparse { get; }
    public int Rows { get; }
    public int FeatureCount { get; }
    public float[] Targets { get; private set; }
    public int TargetColumns { get; private set; }
    public float[]? Weights { get; private set; }

    /// <summary>Whether the network is to give what it gets: the features' memory is the targets', too.</summary>
    public bool TargetsAreFeatures => ReferenceEquals(Targets, Features) && Features.Length > 0;

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

    /// <summary>True where only values that are given are kept, and zeros cost neither memory nor time.</summary>
    [MemberNotNullWhen(true, nameof(Sparse))]
    public bool IsSparse => Sparse is not null;

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

    /// <summary>The same rows with some of their target columns only.</summary>
    public TrainingSet WithTargets(int first, int columns)
    {
        var targets = new float[(long)Rows * columns];
        for (int row = 0; row < Rows; row++)
            Targets.AsSpan((int)((long)row * TargetColumns) + first, columns).CopyTo(targets.AsSpan(row * columns));
        var some = (TrainingSet)MemberwiseClone();
        some.Targets = targets;
        some.TargetColumns = columns;
        return some;
    }

    /// <summary>The same rows, each of which counts once.</summary>
    public TrainingSet WithoutWeights()
    {
        var equal = (TrainingSet)MemberwiseClone();
        equal.Weights = null;
        return equal;
    }

    /// <summary>A copy of some rows of a dense set, in the given order, that later changes of this set's memory leave alone.</summary>
    public TrainingSet Copy(ReadOnlySpan<int> rows)
    {
        float[] features = new float[(long)rows.Length * FeatureCount], targets = new float[(long)rows.Length * TargetColumns];
        float[]? weights = Weights is null ? null : new float[rows.Length];
        var keys = new int[(long)rows.Length * KeyColumns];
        for (int i = 0; i < rows.Length; i++)
        {
            Row(rows[i]).CopyTo(features.AsSpan(i * FeatureCount));
            Targets.AsSpan((int)((long)rows[i] * TargetColumns), TargetColumns).CopyTo(targets.AsSpan(i * TargetColumns));
            KeysOf(rows[i]).CopyTo(keys.AsSpan(i * KeyColumns));
            if (weights is not null)
                weights[i] = Weights![rows[i]];
        }
        var copy = new TrainingSet(features, rows.Length, FeatureCount, targets, TargetColumns, weights);
        copy.AddKeys(keys, KeyColumns);
        return copy;
    }

    /// <summary>A row of a dense set.</summary>
    public ReadOnlySpan<float> Row(int row) => Features.AsSpan((int)((long)row * FeatureCount), FeatureCount);

    /// <summary>Writes all features of a row, dense or sparse, to the first <see cref="FeatureCount"/> numbers.</summary>
    public void CopyRow(int row, Span<float> destination)
    {
        if (IsSparse)
            Sparse.CopyTo(row, destination);
        else
            Row(row).CopyTo(destination);
    }

    /// <summary>Whether two rows have the same features.</summary>
    public bool HaveSameFeatures(int row, int other) => IsSparse
        ? Sparse.Columns(row).SequenceEqual(Sparse.Columns(other)) && Sparse.Values(row).SequenceEqual(Sparse.Values(other))
        : Row(row).SequenceEqual(Row(other));

    /// <summary>Of some of the rows.</summary>
    public double MeanWeight(ReadOnlySpan<int> rows)
    {
        double sum = 0;
        foreach (int row in rows)
            sum += WeightOf(row);
        return sum / rows.Length;
    }

    /// <summary>1 where all rows weigh the same.</summary>
    public double WeightOf(int row) => Weights is null ? 1 : Weights[row];
}
