using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>Features of rows in memory, growing: dense or sparse, as the data itself decides.</summary>
/// <remarks>
/// Sparse where a row has at least 1,000 features, and at most a tenth of the values of the first 1,000 rows is given, which is what text and one-hot columns come as. A dense column is given whole, so that
/// it stays dense however many zeros it has. Up to 1,000 features dense rows are no burden, and have what only they can: every feature centred, and every weight updated in each step.
/// </remarks>
internal sealed class FeatureBuffer
{
    /// <summary>Below this rows are always dense.</summary>
    internal const int FewestSparseFeatures = 1_000;

    /// <summary>Rows that decide.</summary>
    internal const int DecidingRows = 1_000;

    /// <summary>One value in so many may be given.</summary>
    internal const int MostGiven = 10;

    const int FirstCapacity = 256;

    readonly int _featureCount;
    readonly long? _expectedRows;
    readonly long _mostDenseRows;
    SparseRows? _sparse;
    float[] _dense = [];
    bool _isDecided;
    long _given;
    int _rows;

    /// <param name="expectedRows">Where the data view knows; null otherwise.</param>
    /// <param name="mostDenseRows">That fit into memory.</param>
    /// <param name="isSparse">As rows are to be that were decided for by others, as validation rows; null: they decide.</param>
    public FeatureBuffer(int featureCount, long? expectedRows, long mostDenseRows, bool? isSparse)
    {
        _featureCount = featureCount;
        _expectedRows = expectedRows;
        _mostDenseRows = mostDenseRows;
        _isDecided = isSparse is not null || !MayBeSparse(featureCount, isSparse);
        if (MayBeSparse(featureCount, isSparse))
            _sparse = new SparseRows(featureCount);
    }

    /// <summary>Whether rows are sparse, or may become so.</summary>
    public static bool MayBeSparse(int featureCount, bool? isSparse) => isSparse ?? featureCount >= FewestSparseFeatures;

    /// <summary>Whether rows are sparse, or are not decided yet, and kept so for the time being.</summary>
    public bool IsSparse => _sparse is not null;

    /// <summary>Values of sparse rows.</summary>
    public long ValueCount => _sparse?.ValueCount ?? 0;

    /// <summary>Adds a row; false, and nothing added, where dense rows would be more than fit into memory.</summary>
    public bool TryAdd(in VBuffer<float> features)
    {
        if (!_isDecided && (_rows == DecidingRows || _given > (long)DecidingRows / MostGiven * _featureCount) && !TryDecide())
            return false;
        if (_sparse is not null)
            AddSparse(in features);
        else if (!TryAddDense(in features))
            return false;
        _rows++;
        return true;
    }

    /// <summary>Makes rows dense that are not sparse enough; false where they don't fit into memory then, and are forgotten.</summary>
    /// <param name="next">Values of a further row that has a say, too; null: none.</param>
    public bool TryDecide(int? next = null)
    {
        if (_isDecided || (_given + (next ?? 0)) * MostGiven <= (_rows + (next is null ? 0L : 1)) * _featureCount)
        {
            _isDecided = true;
            return true;
        }
        SparseRows read = _sparse!;
        _sparse = null;
        _isDecided = true;
        if (Math.Max(_rows, _expectedRows ?? 0) > _mostDenseRows)
            return false;
        _dense = new float[Capacity(Math.Max(0, _rows - 1)) * _featureCount];
        for (int row = 0; row < _rows; row++)
            read.CopyTo(row, _dense.AsSpan(row * _featureCount, _featureCount));
        return true;
    }

    /// <param name="targetColumns">0 where the features, which are dense then, are the targets too.</param>
    public TrainingSet ToTrainingSet(float[] targets, int targetColumns, float[]? weights)
    {
        if (_sparse is not null)
            return new TrainingSet(_sparse, targets, targetColumns, weights);
        return targetColumns == 0
            ? new TrainingSet(_dense, _rows, _featureCount, _dense, _featureCount, weights)
            : new TrainingSet(_dense, _rows, _featureCount, targets, targetColumns, weights);
    }

    void AddSparse(in VBuffer<float> features)
    {
        ReadOnlySpan<float> values = features.GetValues();
        _given += values.Length;
        if (features.IsDense)
            _sparse!.AddDense(values);
        else
            _sparse!.Add(features.GetIndices(), values);
    }

    bool TryAddDense(in VBuffer<float> features)
    {
        if (_rows >= _mostDenseRows)
            return false;
        if ((_rows + 1L) * _featureCount > _dense.Length)
            Array.Resize(ref _dense, (int)(Capacity(_rows) * _featureCount));
        features.CopyTo(_dense.AsSpan(_rows * _featureCount, _featureCount));
        return true;
    }

    /// <summary>Dense rows to make room for when there are <paramref name="rows"/> and one more.</summary>
    long Capacity(int rows) => _expectedRows > rows ? _expectedRows.Value : Math.Min(Math.Max(FirstCapacity, 2L * rows), _mostDenseRows);
}
