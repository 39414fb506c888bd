using System.Globalization;
using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>Rows in memory, growing.</summary>
internal sealed class RowBuffer
{
    const int FirstCapacity = 256;

    readonly string _column;
    readonly int _featureCount, _targetColumns;
    readonly long _mostBytes;
    float[] _features;
    float[] _labels;
    float[]? _weights;
    int _rows, _capacity;

    /// <param name="column">Feature column, for messages.</param>
    /// <param name="targetColumns">0 where the features are the targets too: they are held once.</param>
    /// <param name="expectedRows">Where the data view knows; null otherwise.</param>
    /// <param name="mostBytes">That dense features may take.</param>
    /// <exception cref="InvalidOperationException">That many rows would take more.</exception>
    public RowBuffer(string column, int featureCount, int targetColumns, bool weighted, long? expectedRows, long mostBytes)
    {
        _column = column;
        _featureCount = featureCount;
        _targetColumns = targetColumns;
        _mostBytes = mostBytes;
        CheckBytes(expectedRows ?? 1);
        _capacity = (int)(expectedRows ?? Math.Min(FirstCapacity, MostRows));
        _features = new float[(long)_capacity * featureCount];
        _labels = new float[(long)_capacity * targetColumns];
        _weights = weighted ? new float[_capacity] : null;
    }

    long MostRows => Math.Min(_mostBytes / sizeof(float), Array.MaxLength) / Math.Max(_featureCount, _targetColumns);

    public int Rows => _rows;

    /// <exception cref="InvalidOperationException">The rows take more than they may.</exception>
    public void Add(in VBuffer<float> features, ReadOnlySpan<float> targets, float weight)
    {
        if (_rows == _capacity)
            Grow();
        features.CopyTo(_features.AsSpan(_rows * _featureCount, _featureCount));
        targets.CopyTo(_labels.AsSpan(_rows * _targetColumns));
        if (_weights is not null)
            _weights[_rows] = weight;
        _rows++;
    }

    public TrainingSet ToTrainingSet() => _targetColumns == 0
        ? new(_features, _rows, _featureCount, _features, _featureCount, _weights)
        : new(_features, _rows, _featureCount, _labels, _targetColumns, _weights);

    void Grow()
    {
        CheckBytes(_rows + 1L);
        _capacity = (int)Math.Min(Math.Max(FirstCapacity, 2L * _rows), MostRows);
        Array.Resize(ref _features, _capacity * _featureCount);
        Array.Resize(ref _labels, _capacity * _targetColumns);
        if (_weights is not null)
            Array.Resize(ref _weights, _capacity);
    }

    void CheckBytes(long rows)
    {
        if (rows <= MostRows)
            return;
        string labels = _targetColumns > _featureCount ? $", and its label {_targetColumns:N0} values," : "";
        decimal bytes = (decimal)rows * Math.Max(_featureCount, _targetColumns) * sizeof(float);
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Column '{_column}' has {_featureCount:N0} features{labels} in at least {rows:N0} rows: {bytes:N0} bytes as dense values, and at most {_mostBytes:N0} are allowed. "
            + $"Use fewer features, for example fewer hash bits or mlContext.Transforms.FeatureSelection.SelectFeaturesBasedOnCount, or fewer rows: mlContext.Data.TakeRows(data, {MostRows}); raise MemoryLimit; or leave Streaming null, and BatchSize small enough that the limit holds a batch."));
    }
}
