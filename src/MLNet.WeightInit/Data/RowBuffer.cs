using System.Globalization;
using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>Rows in memory, growing.</summary>
internal sealed class RowBuffer
{
    const int FirstCapacity = 256;

    readonly FeatureBuffer _features;
    readonly string _column;
    readonly int _featureCount, _targetColumns;
    readonly long _mostBytes, _mostDenseRows;
    readonly long? _expectedRows;
    float[] _labels;
    float[]? _weights;
    int _rows, _capacity;

    /// <param name="column">Feature column, for messages.</param>
    /// <param name="targetColumns">0 where the features are the targets too: they are held once, and dense.</param>
    /// <param name="expectedRows">Where the data view knows; null otherwise.</param>
    /// <param name="mostBytes">That rows may take.</param>
    /// <param name="isSparse">Whether features are kept sparse; null: they decide (<see cref="FeatureBuffer"/>).</param>
    /// <param name="mostDenseRows">That fit; null: those whose larger part, features or labels, takes no more than <paramref name="mostBytes"/>.</param>
    /// <exception cref="InvalidOperationException">That many rows would take more.</exception>
    public RowBuffer(string column, int featureCount, int targetColumns, bool weighted, long? expectedRows, long mostBytes, bool? isSparse = false, int? mostDenseRows = null)
    {
        _column = column;
        _featureCount = featureCount;
        _targetColumns = targetColumns;
        _expectedRows = expectedRows;
        _mostBytes = mostBytes;
        _mostDenseRows = mostDenseRows ?? Math.Min(mostBytes / sizeof(float), Array.MaxLength) / Math.Max(featureCount, targetColumns);
        _features = new FeatureBuffer(featureCount, expectedRows, _mostDenseRows, targetColumns == 0 ? false : isSparse);
        if ((expectedRows ?? 1) > MostRows)
            throw TooLarge();
        _capacity = (int)(expectedRows ?? Math.Min(FirstCapacity, MostRows));
        _labels = new float[(long)_capacity * targetColumns];
        _weights = weighted ? new float[_capacity] : null;
    }

    long MostRows => _features.IsSparse ? RowMemory.MostRows(_mostBytes, features: 0, _targetColumns) : _mostDenseRows;

    /// <summary>Adds a row; false where the rows take more memory than they may then.</summary>
    public bool TryAdd(in VBuffer<float> features, ReadOnlySpan<float> targets, float weight)
    {
        // Rows that are not decided yet, and that turn out dense, may fit where twice as many bytes for a value and its place don't.
        int values = features.GetValues().Length;
        if (_features.IsSparse && SparseBytes(_rows + 1L, _features.ValueCount + values) > _mostBytes && (!_features.TryDecide(values) || _features.IsSparse))
            return false;
        if (_rows >= MostRows)
            return false;
        if (!_features.TryAdd(in features))
            return false;
        if (_rows == _capacity)
            Grow();
        targets.CopyTo(_labels.AsSpan(_rows * _targetColumns));
        if (_weights is not null)
            _weights[_rows] = weight;
        _rows++;
        return true;
    }

    /// <returns>Null where the rows take more memory than they may.</returns>
    public TrainingSet? ToTrainingSet() => _features.TryDecide() ? _features.ToTrainingSet(_labels, _targetColumns, _weights) : null;

    /// <summary>Whether rows that don't fit are sparse all the same.</summary>
    public bool IsSparse => _features.IsSparse;

    /// <summary>What is to be said where the rows take more memory than they may.</summary>
    public InvalidOperationException TooLarge()
    {
        if (_features.IsSparse && _rows > 0)
            return new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Column '{_column}' has {_features.ValueCount:N0} values other than 0 in its first {_rows:N0} rows: with their places and labels they take {SparseBytes(_rows, _features.ValueCount):N0} bytes, the next row takes more, and at most {_mostBytes:N0} are allowed. "
                + $"Use fewer features, for example mlContext.Transforms.FeatureSelection.SelectFeaturesBasedOnCount, or fewer rows: mlContext.Data.TakeRows(data, {_rows}); or raise MemoryLimit."));
        long rows = Math.Max(_rows > MostRows ? _rows : _rows + 1L, _expectedRows ?? 0);
        string labels = _targetColumns > _featureCount ? string.Create(CultureInfo.InvariantCulture, $", and its label {_targetColumns:N0} values,") : "";
        decimal bytes = (decimal)rows * Math.Max(_featureCount, _targetColumns) * sizeof(float);
        string sparse = _targetColumns == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" Rows of at least {FeatureBuffer.FewestSparseFeatures:N0} features that come as sparse vectors, with at most one value in {FeatureBuffer.MostGiven} other than 0, are kept sparse and take {RowMemory.SparseValue} bytes for each of those values.");
        return new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Column '{_column}' has {_featureCount:N0} features{labels} in at least {rows:N0} rows: {bytes:N0} bytes as dense values, and at most {_mostBytes:N0} are allowed. "
            + $"Use fewer features, for example fewer hash bits or mlContext.Transforms.FeatureSelection.SelectFeaturesBasedOnCount, or fewer rows: mlContext.Data.TakeRows(data, {Math.Max(2, MostRows)}); raise MemoryLimit; or leave Streaming null, and BatchSize small enough that the limit holds a batch.{sparse}"));
    }

    long SparseBytes(long rows, long values) => rows * RowMemory.SparseRow(_targetColumns) + values * RowMemory.SparseValue;

    void Grow()
    {
        _capacity = (int)Math.Min(Math.Max(FirstCapacity, 2L * _rows), Math.Max(MostRows, _rows));
        Array.Resize(ref _labels, _capacity * _targetColumns);
        if (_weights is not null)
            Array.Resize(ref _weights, _capacity);
    }
}
