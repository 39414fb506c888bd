using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>The epochs: shuffle, steps, validation, progress, and every way to stop.</summary>
internal sealed class TrainingRun
{
    readonly FeedForwardNetwork _network;
    readonly TrainingOptions _options;
    readonly BatchGatherer _gatherer;
    readonly int[] _rows;
    readonly (BatchGatherer Gatherer, int[] Rows)? _validation;
    readonly TrainingStep _step;
    readonly RateCourse _course;
    readonly int _stepsAnEpoch;
    readonly string _advice;
    readonly AlignedBuffer _lastGood;
    readonly EarlyStop? _earlyStop;
    readonly List<EpochRecord> _epochs = [];
    readonly double _trainingWeight;
    float _learningRate;

    /// <param name="advice">What the initialization report says, for the message of a training that failed.</param>
    public TrainingRun(FeedForwardNetwork network, TrainingOptions options, BatchGatherer gatherer, int[] rows, (BatchGatherer Gatherer, int[] Rows)? validation,
        PassKernels kernels, IReadOnlyList<float> rateMultipliers, string advice)
    {
        _network = network;
        _options = options;
        _gatherer = gatherer;
        _rows = rows;
        _validation = validation;
        _advice = advice;
        _step = new TrainingStep(network, gatherer, options, kernels, rateMultipliers, TrainingBudget.WeightDecay(options.Optimizer, rows.Length, options.WeightDecay));
        _lastGood = new AlignedBuffer(network.Parameters.Length);
        network.Parameters.Span.CopyTo(_lastGood.Span);
        _trainingWeight = TotalWeight(gatherer, rows);
        int patience = TrainingBudget.Patience(rows.Length, options.BatchSize, options.Patience);
        _stepsAnEpoch = (int)(((long)rows.Length + options.BatchSize - 1) / options.BatchSize);
        _course = Schedules.Schedules.Begin(options.Schedule, new TrainingSpan(options.LearningRate, (long)TrainingBudget.Epochs(rows.Length, options.BatchSize, options.NumberOfEpochs) * _stepsAnEpoch,
            _stepsAnEpoch, patience, StopsEarly: validation is not null && options.EarlyStopping));
        if (validation is not { } held)
            return;
        ValidationWeight = TotalWeight(held.Gatherer, held.Rows);
        _earlyStop = new EarlyStop(network.Parameters, options.EarlyStopping ? patience : int.MaxValue);
    }

    public FeedForwardNetwork Network => _network;

    /// <summary>Sum of the validation rows' weights; 0 without them.</summary>
    public double ValidationWeight { get; }

    /// <summary>Sum of weight · loss over the validation rows.</summary>
    public double ValidationLossSum() => _validation is { } held ? _step.Evaluate(held.Gatherer, held.Rows) : 0;

    /// <param name="search">What decided the number of epochs, or null; its losses become the history's validation losses.</param>
    public TrainingHistory Train(EpochSearch? search = null)
    {
        int epochs = search?.BestEpochs ?? TrainingBudget.Epochs(_rows.Length, _options.BatchSize, _options.NumberOfEpochs);
        string stopReason = search is null
            ? epochs == 1 ? "The only epoch was trained." : $"All {epochs} epochs were trained."
            : $"Trained {epochs} {(epochs == 1 ? "epoch" : "epochs")} on all rows: {EpochSearch.Folds}-fold cross-validation had its lowest loss there.";
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            if (!TryRunEpoch(epoch, out double trainingLoss))
            {
                stopReason = $"Cancelled in epoch {epoch}.";
                break;
            }
            double? validationLoss = _validation is not null ? ValidationLossSum() / ValidationWeight : search?.Losses[epoch - 1];
            _epochs.Add(new EpochRecord(epoch, trainingLoss, validationLoss, _learningRate));
            EpochEnded(validationLoss ?? trainingLoss);
            _options.Progress?.Report(new EpochProgress(epoch, epochs, trainingLoss, validationLoss));
            if (_earlyStop?.IsTimeToStop(epoch, validationLoss!.Value) == true)
            {
                stopReason = $"Stopped early: no better validation loss since epoch {_earlyStop.BestEpoch}.";
                break;
            }
        }
        _earlyStop?.RestoreBest();
        return new TrainingHistory(_epochs, _earlyStop is { BestEpoch: > 0 } ? _earlyStop.BestEpoch : _epochs.Count, stopReason);
    }

    /// <summary>Tells the schedule how an epoch went: each epoch's loss once, in order.</summary>
    public void EpochEnded(double loss) => _course.EpochEnded(loss);

    /// <summary>False where training was cancelled and the model so far is wanted.</summary>
    public bool TryRunEpoch(int epoch, out double trainingLoss)
    {
        double sum = 0;
        trainingLoss = 0;
        new RandomSource(_options.Seed, $"shuffle/{epoch}").Shuffle(_rows);
        int batch = 0;
        for (int first = 0; first < _rows.Length; first += _options.BatchSize)
        {
            _options.CheckAlive?.Invoke();
            if (_options.CancellationToken.IsCancellationRequested)
            {
                if (!_options.ReturnBestOnCancel)
                    throw new OperationCanceledException($"Training was cancelled in epoch {epoch}, batch {batch + 1}.", _options.CancellationToken);
                KeepFinite();
                return false;
            }
            _learningRate = (float)_course.Rate((long)(epoch - 1) * _stepsAnEpoch + batch);
            batch++;
            double loss = _step.Run(_rows.AsSpan(first, Math.Min(_options.BatchSize, _rows.Length - first)), _learningRate);
            if (!double.IsFinite(loss))
                throw NonFinite(epoch, batch);
            sum += loss;
        }
        if (!RowChecks.AllFinite(_network.Parameters.Span))
            throw NonFinite(epoch, batch);
        _network.Parameters.Span.CopyTo(_lastGood.Span);
        trainingLoss = sum / _trainingWeight;
        return true;
    }

    /// <summary>The last update before a cancellation may have overflowed with no loss after it to show that.</summary>
    void KeepFinite()
    {
        if (!RowChecks.AllFinite(_network.Parameters.Span))
            _lastGood.Span.CopyTo(_network.Parameters.Span);
    }

    NonFiniteTrainingException NonFinite(int epoch, int batch)
    {
        (int layer, string tensor) = NonFiniteSearch.FirstBad(_network, _step.Pass);
        var lastGood = new FeedForwardNetwork(_network.Layout, _network.Task, _network.FeatureScale, _network.TargetScale);
        _lastGood.Span.CopyTo(lastGood.Parameters.Span);
        return new NonFiniteTrainingException(epoch, batch, layer, tensor, lastGood,
            $"Training must keep every number finite, but {tensor} was not in epoch {epoch}, batch {batch}. {_advice}: " +
            $"try a learning rate below {_learningRate}, or another initialization; the exception's {nameof(NonFiniteTrainingException.Initialization)} has the report and " +
            $"{nameof(NonFiniteTrainingException.LastGoodNetwork)} the weights after epoch {epoch - 1}.");
    }

    static double TotalWeight(BatchGatherer gatherer, int[] rows)
    {
        double sum = 0;
        foreach (int row in rows)
            sum += gatherer.WeightOf(row);
        return sum;
    }
}
