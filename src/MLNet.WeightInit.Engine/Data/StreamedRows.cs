namespace MLNet.WeightInit.Engine.Data;

/// <summary>Rows that are read again in each epoch, a pool at a time; a pool is shuffled when it is full, and trained to its last row before the next one is read.</summary>
/// <remarks>
/// Pools hold whole batches, so that an epoch has as many steps as one from memory. Where there are several, the first of an epoch is shorter by a random number of batches, so that the borders between pools lie elsewhere
/// in each epoch. One pool that holds all rows takes them in the order that <see cref="ResidentRows"/> has.
/// </remarks>
internal sealed class StreamedRows : EpochRows
{
    readonly StreamSurvey _survey;
    readonly long _seed;
    readonly int _batchSize, _batchesAPool;
    readonly int[] _order;
    StreamPass? _pass;
    double _weight;
    long _read;
    int _epoch, _pool, _next;

    public StreamedRows(StreamSurvey survey, BatchGatherer gatherer, int batchSize, long seed) : base(gatherer)
    {
        _survey = survey;
        _seed = seed;
        _batchSize = batchSize;
        _batchesAPool = survey.Pool.Capacity / batchSize;
        _order = new int[Math.Min(Count, survey.Pool.Capacity)];
        ResetOrder();
    }

    public override long Count => _survey.TrainingRows;
    public override double Weight => _weight;

    /// <summary>Reading ends with the epoch only.</summary>
    bool IsOnePool => Count <= _survey.Pool.Capacity;

    public override void Begin(int epoch)
    {
        _pass = new StreamPass(_survey.Stream, _seed, $"epoch {epoch}", _survey.First);
        _survey.Pool.Clear(_survey.IsWeighted);
        _epoch = epoch;
        _pool = _next = 0;
        _weight = _read = 0;
    }

    public override void Skip(int epoch)
    {
        if (IsOnePool)
            Shuffle(epoch, pool: 0, _order);
    }

    public override bool TryPrepare(Func<bool> isCancelled)
    {
        if (_next < _survey.Pool.Rows)
            return true;
        _survey.Pool.Clear(_survey.IsWeighted);
        _next = 0;
        for (long wanted = Math.Min(PoolRows(), Count - _read); wanted > 0; wanted--)
            if (!TryRead(isCancelled))
                return false;
        if (_read == Count)
            ReadToEnd(isCancelled);
        TrainingSet rows = _survey.Pool.ToTrainingSet();
        Gatherer.Data = rows;
        for (int row = 0; row < rows.Rows; row++)
            _weight += Gatherer.WeightOf(row);
        if (!IsOnePool)
            ResetOrder();
        Shuffle(_epoch, _pool++, _order.AsSpan(0, rows.Rows));
        return true;
    }

    public override ReadOnlySpan<int> Next(int most)
    {
        Span<int> rows = _order.AsSpan(_next, Math.Min(most, _survey.Pool.Rows - _next));
        _next += rows.Length;
        return rows;
    }

    int PoolRows()
    {
        if (IsOnePool)
            return (int)Count;
        return _batchSize * (_pool > 0 ? _batchesAPool : _batchesAPool - new RandomSource(_seed, $"pool/{_epoch}").NextInt32(_batchesAPool));
    }

    /// <summary>Reads to the next training row and takes it into the pool.</summary>
    bool TryRead(Func<bool> isCancelled)
    {
        do
        {
            if (isCancelled())
                return false;
            _pass!.MoveNext();                                 // throws where there is no further row: the first reading had more
        }
        while (_pass.Number < _survey.ValidationBound);
        float weight = _pass.Weight;
        if (_survey.ClassWeights is { } classWeights)
            weight = TrainingSet.WeighClass(weight, classWeights[(int)_pass.Targets[0]], _pass.Rows - 1);
        _survey.Pool.Add(_pass.Features, _pass.Targets, _pass.Keys, weight);
        _read++;
        return true;
    }

    /// <summary>Validation rows may follow the last training row; whatever else does is an error that the reading finds.</summary>
    void ReadToEnd(Func<bool> isCancelled)
    {
        while (!isCancelled() && _pass!.MoveNext())
        {
        }
    }

    void ResetOrder() => RowNumbers.Reset(_order);

    void Shuffle(int epoch, int pool, Span<int> rows) => new RandomSource(_seed, pool == 0 ? $"shuffle/{epoch}" : $"shuffle/{epoch}/{pool}").Shuffle(rows);
}
