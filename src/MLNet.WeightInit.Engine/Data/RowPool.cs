namespace MLNet.WeightInit.Engine.Data;

/// <summary>Rows in memory, up to a fixed number; emptied and filled again and again without allocating.</summary>
internal sealed class RowPool
{
    const int FirstCapacity = 256;

    readonly int _featureCount, _labelColumns, _keyColumns;
    float[] _features, _labels;
    int[] _keys;
    float[]? _weights;
    int _room;

    /// <param name="stream">Whose rows come.</param>
    /// <param name="capacity">Rows that it holds at most; memory is taken as rows come, doubling.</param>
    public RowPool(RowStream stream, int capacity)
    {
        _featureCount = stream.FeatureCount;
        _labelColumns = stream.LabelColumns;               // 0 where the features are the targets too: they are held once
        _keyColumns = stream.KeyColumns;
        Capacity = capacity;
        _room = Math.Min(capacity, FirstCapacity);
        _features = new float[(long)_room * _featureCount];
        _labels = new float[(long)_room * _labelColumns];
        _keys = new int[(long)_room * _keyColumns];
        _weights = stream.IsWeighted ? new float[_room] : null;
    }

    public int Capacity { get; }
    public int Rows { get; private set; }
    public bool IsFull => Rows == Capacity;

    public ReadOnlySpan<float> Features(int row) => _features.AsSpan(row * _featureCount, _featureCount);
    public ReadOnlySpan<float> Targets(int row) => _labelColumns == 0 ? Features(row) : _labels.AsSpan(row * _labelColumns, _labelColumns);
    public ReadOnlySpan<int> Keys(int row) => _keys.AsSpan(row * _keyColumns, _keyColumns);
    public float Weight(int row) => _weights is null ? 1 : _weights[row];

    /// <summary>Adds a row to a pool that is not full.</summary>
    public void Add(ReadOnlySpan<float> features, ReadOnlySpan<float> targets, ReadOnlySpan<int> keys, float weight)
    {
        if (Rows == _room)
            Grow();
        features.CopyTo(_features.AsSpan(Rows * _featureCount, _featureCount));
        if (_labelColumns > 0)
            targets.CopyTo(_labels.AsSpan(Rows * _labelColumns, _labelColumns));
        keys.CopyTo(_keys.AsSpan(Rows * _keyColumns, _keyColumns));
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
            if (_labelColumns > 0)
                Targets(row).CopyTo(_labels.AsSpan(kept * _labelColumns));
            Keys(row).CopyTo(_keys.AsSpan(kept * _keyColumns));
            if (_weights is not null)
                _weights[kept] = _weights[row];
            kept++;
        }
        Rows = kept;
    }

    /// <summary>Brings the rows into the order of their keys, one a row.</summary>
    public void Sort(int[] keys)
    {
        int[] order = RowNumbers.Ascending(Rows);
        Array.Sort(keys, order);
        for (int row = 0; row < Rows; row++)
        {
            int from = order[row];
            while (from < row)                                 // it has been exchanged for another
                from = order[from];
            Exchange(_features, _featureCount, row, from);
            Exchange(_labels, _labelColumns, row, from);
            Exchange(_keys, _keyColumns, row, from);
            if (_weights is not null)
                Exchange(_weights, 1, row, from);
        }
    }

    /// <summary>Empties it.</summary>
    /// <param name="isWeighted">Whether the rows that come have weights.</param>
    public void Clear(bool isWeighted)
    {
        Rows = 0;
        if (isWeighted != _weights is not null)
            _weights = isWeighted ? new float[_room] : null;
    }

    /// <summary>The rows as they are until the pool changes.</summary>
    public TrainingSet ToTrainingSet()
    {
        TrainingSet rows = _labelColumns == 0
            ? new(_features, Rows, _featureCount, _features, _featureCount, _weights)
            : new(_features, Rows, _featureCount, _labels, _labelColumns, _weights);
        rows.AddKeys(_keys, _keyColumns);
        return rows;
    }

    static void Exchange<T>(T[] values, int width, int row, int other)
    {
        for (int i = 0; i < width; i++)
            (values[row * width + i], values[other * width + i]) = (values[other * width + i], values[row * width + i]);
    }

    void Grow()
    {
        _room = (int)Math.Min(Capacity, 2L * Rows);
        Array.Resize(ref _features, _room * _featureCount);
        Array.Resize(ref _labels, _room * _labelColumns);
        Array.Resize(ref _keys, _room * _keyColumns);
        if (_weights is not null)
            Array.Resize(ref _weights, _room);
    }
}
