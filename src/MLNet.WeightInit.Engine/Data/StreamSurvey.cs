namespace MLNet.WeightInit.Engine.Data;

/// <summary>The first reading of a stream: everything that a training needs to know of all rows before its first step, in memory that does not grow with their number.</summary>
/// <remarks>
/// Exact, over all training rows: how features and targets are standardized, the mean weight, the number of rows, a checksum. What needs rows themselves (the label's prior, quantiles, the rows of the
/// report) comes from a sample, as large as the pool; where all rows fit there, the sample is all rows in their order, and training the same, bit for bit, as from memory.
/// A row validates where its random number is below a bound. Where too many would, the bound is halved, and the rows above it train.
/// </remarks>
internal sealed class StreamSurvey
{
    const double DefaultFraction = 0.1;

    readonly SurveyPlan _plan;
    readonly RowPool _validation;
    readonly List<uint> _validationNumbers = [];
    readonly List<int> _validationOrdinals = [];
    readonly LabelMixing _mixing;
    readonly RandomSource _coins;
    readonly double[] _trainingTotals;
    int _halvings;
    bool _isAscending = true;

    /// <summary>Places in the stream of the pool's rows, as long as the pool has had room for all.</summary>
    List<int>? _ordinals = [];

    /// <summary>Reads the stream once.</summary>
    public StreamSurvey(RowStream stream, SurveyPlan plan)
    {
        _plan = plan;
        Stream = stream;
        Pool = new RowPool(stream, plan.PoolRows);
        _validation = new RowPool(stream, plan.ValidationCapacity);
        _mixing = new LabelMixing(plan.PoolRows, plan.Classes, stream.TargetColumns);
        _coins = new RandomSource(plan.Seed, "stream/sample");
        _trainingTotals = new double[plan.Classes];
        ClassTotals = new double[plan.Classes];
        HeadTotals = plan.Heads.Count > 0 ? new HeadClassTotals(plan.Heads) : null;
        Features = new ColumnMoments(stream.FeatureCount);
        Targets = new ColumnMoments(stream.TargetColumns);
        ValidationBound = (ulong)((plan.ValidationFraction ?? DefaultFraction) * (1L << 32));
        First = new StreamPass(stream, plan.Seed, plan.Reading, first: null);
        while (First.MoveNext())
        {
            plan.CheckAlive?.Invoke();
            if (plan.Classes > 0)
                ClassTotals[(int)First.Targets[0]] += First.Weight;
            HeadTotals?.Add(First.Targets, First.Weight);
            if (First.Number < ValidationBound)
                Hold();
            else
                Train(First.Features, First.Targets, First.Keys, First.Weight, Ordinal);
        }
        SettleValidation();
        if (_ordinals is not null && !_isAscending)
            Pool.Sort([.. _ordinals]);
        _ordinals = null;
        LabelVarianceBetweenPools = _mixing.BetweenStretches();
        Sample = Pool.ToTrainingSet();
        Validation = _validation.Rows > 0 ? _validation.ToTrainingSet() : null;
        MeanWeight = Targets.Weight / Targets.Rows;
    }

    public RowStream Stream { get; }
    public StreamPass First { get; }

    /// <summary>Holds the sample until the epochs begin, then their rows.</summary>
    public RowPool Pool { get; }

    /// <summary>All usable rows.</summary>
    public long Rows => First.Rows;

    /// <summary>Rows of an epoch.</summary>
    public long TrainingRows => Targets.Rows;

    /// <summary>Of the training rows, each as likely as any other.</summary>
    public TrainingSet Sample { get; }

    /// <summary>Whether <see cref="Sample"/> is all training rows in their order.</summary>
    public bool SampleIsWhole => _halvings == 0;

    /// <summary>Null: none.</summary>
    public TrainingSet? Validation { get; }

    /// <summary>A row validates where its number is below it.</summary>
    public ulong ValidationBound { get; private set; }

    /// <summary>Whether fewer rows validate than were asked for, since no more are kept in memory.</summary>
    public bool ValidationIsCut { get; private set; }

    /// <summary>Of the training rows.</summary>
    public ColumnMoments Features { get; }

    /// <summary>Of the training rows, weighted.</summary>
    public ColumnMoments Targets { get; }

    /// <summary>Of the training rows.</summary>
    public double MeanWeight { get; private set; }

    /// <summary>Sum of the weights of each class over all rows; empty where labels are no classes.</summary>
    public double[] ClassTotals { get; }

    /// <summary>The same of several labels; null for one.</summary>
    public HeadClassTotals? HeadTotals { get; }

    /// <summary>One a class, and multiplies its rows' weights; null: none.</summary>
    public float[]? ClassWeights { get; private set; }

    /// <summary>Whether batches have weights.</summary>
    public bool IsWeighted => Stream.IsWeighted || ClassWeights is not null;

    /// <summary>As <see cref="LabelMixing.BetweenStretches"/> gives it, for stretches of a pool's length.</summary>
    public double LabelVarianceBetweenPools { get; }

    /// <summary>Multiplies each row's weight by its class's, in every epoch.</summary>
    /// <param name="weights">One a class, positive and finite.</param>
    /// <exception cref="InvalidOperationException">A product is 0 or infinite.</exception>
    public void WeightClasses(float[] weights)
    {
        ClassWeights = weights;
        Sample.WeightClasses(weights);
        Validation?.WeightClasses(weights);
        double sum = 0;
        for (int label = 0; label < weights.Length; label++)
            sum += _trainingTotals[label] * weights[label];
        MeanWeight = sum / TrainingRows;
    }

    /// <summary>Of the row that was just read. Only as many matter as fit the pools.</summary>
    int Ordinal => (int)Math.Min(First.Rows, int.MaxValue);

    void Train(ReadOnlySpan<float> features, ReadOnlySpan<float> targets, ReadOnlySpan<int> keys, float weight, int ordinal)
    {
        Features.Add(features);
        Targets.Add(targets, weight);
        _mixing.Add(targets);
        if (_plan.Classes > 0)
            _trainingTotals[(int)targets[0]] += weight;
        HeadTotals?.AddTraining(targets, weight);
        for (int i = 0; i < _halvings; i++)
            if (!Toss())
                return;
        while (Pool.IsFull)
        {
            _halvings++;
            _ordinals = null;
            Pool.Keep(_ => Toss());
            if (!Toss())
                return;
        }
        Pool.Add(features, targets, keys, weight);
        _ordinals?.Add(ordinal);
    }

    bool Toss() => (_coins.NextUInt32() & 1u << 31) == 0;

    void Hold()
    {
        while (_validation.IsFull)
        {
            ValidationIsCut = true;
            LowerBound(ValidationBound / 2);
        }
        if (First.Number >= ValidationBound)
        {
            Train(First.Features, First.Targets, First.Keys, First.Weight, Ordinal);
            return;
        }
        _validation.Add(First.Features, First.Targets, First.Keys, First.Weight);
        _validationNumbers.Add(First.Number);
        _validationOrdinals.Add(Ordinal);
    }

    /// <summary>Rows that no longer validate train.</summary>
    void LowerBound(ulong bound)
    {
        ValidationBound = bound;
        for (int row = 0; row < _validation.Rows; row++)
        {
            if (_validationNumbers[row] < bound)
                continue;
            _isAscending = false;
            Train(_validation.Features(row), _validation.Targets(row), _validation.Keys(row), _validation.Weight(row), _validationOrdinals[row]);
        }
        _validation.Keep(row => _validationNumbers[row] < bound);
        int kept = 0;
        for (int row = 0; row < _validationNumbers.Count; row++)
            if (_validationNumbers[row] < bound)
                (_validationNumbers[kept], _validationOrdinals[kept++]) = (_validationNumbers[row], _validationOrdinals[row]);
        _validationNumbers.RemoveRange(kept, _validationNumbers.Count - kept);
        _validationOrdinals.RemoveRange(kept, _validationOrdinals.Count - kept);
    }

    void SettleValidation()
    {
        if (_plan.ValidationFraction is null)
        {
            if (Rows < _plan.FewestRowsForValidation)
                LowerBound(0);
            else if (_validationNumbers.Count > _plan.MostValidationRows)
                LowerBound(_validationNumbers.Order().ElementAt(_plan.MostValidationRows));
            ValidationIsCut = false;                           // as many as fit were asked for
        }
        if (TrainingRows == 0)
            LowerBound(0);
    }
}
