namespace MLNet.WeightInit.Engine.Data;

/// <summary>Rows in memory, up to a fixed number; emptied and filled again and again without allocating.</summary>
internal sealed class RowPool
{
    const int FirstCapacity = 256;

    readonly int _featureCount, _targetColumns;
    float[] _features, _targets;
    float[]? _weights;

    /// <param name="capacity">Rows that it holds at most; memory is taken as rows come, doubling.</param>
    public RowPool(int featureCount, int targetColumns, bool isWeighted, int capacity)
    {
        _featureCount = featureCount;
        _targetColumns = targetColumns;
        Capacity = capacity;
        int first = Math.Min(capacity, FirstCapacity);
        _features = new float[(long)first * featureCount];
        _targets = new float[(long)first * targetColumns];
        _weights = isWeighted ? new float[first] : null;
    }

    public int Capacity { get; }
    public int Rows { get; private set; }
    public bool IsFull => Rows == Capacity;

    public ReadOnlySpan<float> Features(int row) => _features.AsSpan(row * _featureCount, _featureCount);
    public ReadOnlySpan<float> Targets(int row) => _targets.AsSpan(row * _targetColumns, _targetColumns);
    public float Weight(int row) => _weights is null ? 1 : _weights[row];

    /// <summary>Adds a row to a pool that is not full.</summary>
    public void Add(ReadOnlySpan<float> features, ReadOnlySpan<float> targets, float weight)
    {
        if (Rows * _targetColumns == _targets.Length)
            Grow();
        features.CopyTo(_features.AsSpan(Rows * _featureCount, _featureCount));
        targets.CopyTo(_targets.AsSpan(Rows * _targetColumns, _targetColumns));
        if (_weights is not null)
            _weights[Rows] = weight;
        Rows++;
    }

    /// <summary>Keeps some of the rows, in their order.</summary>
    public void Keep(Predicate<int> isKept)
    {
        int kept = 0;
        for (int row = 0; row < Rows; row++)
        {
            if (!isKept(row))
                continue;
            Features(row).CopyTo(_features.AsSpan(kept * _featureCount));
            Targets(row).CopyTo(_targets.AsSpan(kept * _targetColumns));
            if (_weights is not null)
                _weights[kept] = _weights[row];
            kept++;
        }
        Rows = kept;
    }

    /// <summary>Empties it.</summary>
    /// <param name="isWeighted">Whether the rows that come have weights.</param>
    public void Clear(bool isWeighted)
    {
        Rows = 0;
        if (isWeighted != _weights is not null)
            _weights = isWeighted ? new float[_targets.Length / _targetColumns] : null;
    }

    /// <summary>The rows as they are until the pool changes.</summary>
    public TrainingSet ToTrainingSet() => new(_features, Rows, _featureCount, _targets, _targetColumns, _weights);

    void Grow()
    {
        int capacity = (int)Math.Min(Capacity, 2L * Rows);
        Array.Resize(ref _features, capacity * _featureCount);
        Array.Resize(ref _targets, capacity * _targetColumns);
        if (_weights is not null)
            Array.Resize(ref _weights, capacity);
    }
}
