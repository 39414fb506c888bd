using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Checkpoints;
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
    readonly WeightAverage? _average;
    readonly int _stepsAnEpoch;
    readonly string _advice;
    readonly AlignedBuffer _lastGood;
    readonly EarlyStop? _earlyStop;
    readonly EpochChoice? _choice;
    readonly List<EpochRecord> _epochs = [];
    readonly double _trainingWeight;
    float _learningRate;

    /// <param name="advice">What the initialization report says, for the message of a training that failed.</param>
    /// <param name="choice">What cross-validation finds for the number of epochs before <see cref="Train"/>, or null; its losses become the history's validation losses.</param>
    public TrainingRun(FeedForwardNetwork network, TrainingOptions options, BatchGatherer gatherer, int[] rows, (BatchGatherer Gatherer, int[] Rows)? validation,
        PassKernels kernels, IReadOnlyList<float> rateMultipliers, string advice, EpochChoice? choice = null)
    {
        _network = network;
        _options = options;
        _gatherer = gatherer;
        _rows = rows;
        _validation = validation;
        _advice = advice;
        _choice = choice;
        _step = new TrainingStep(network, gatherer, options, kernels, rateMultipliers, TrainingBudget.WeightDecay(options.Optimizer, rows.Length, options.WeightDecay));
        _average = options.EmaDecay is { } decay ? new WeightAverage(network.Parameters, decay, kernels.Level, kernels.Pool) : null;
        _lastGood = new AlignedBuffer(network.Parameters.Length);
        network.Parameters.Span.CopyTo(_lastGood.Span);
        _trainingWeight = TotalWeight(gatherer, rows);
        int patience = TrainingBudget.Patience(rows.Length, options.BatchSize, options.Patience);
        _stepsAnEpoch = (int)(((long)rows.Length + options.BatchSize - 1) / options.BatchSize);
        _course = Schedules.Schedules.Begin(options.RangeTest ?? options.Schedule, new TrainingSpan(options.LearningRate, (long)TrainingBudget.Epochs(rows.Length, options.BatchSize, options.NumberOfEpochs) * _stepsAnEpoch,
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

    /// <param name="checkpoint">Where the state goes between epochs, or null.</param>
    /// <exception cref="InvalidOperationException">More epochs have been trained than are asked for.</exception>
    public TrainingHistory Train(ICheckpoint? checkpoint = null)
    {
        int epochs = _choice?.Epochs ?? TrainingBudget.Epochs(_rows.Length, _options.BatchSize, _options.NumberOfEpochs);
        string stopReason = _choice is null
            ? epochs == 1 ? "The only epoch was trained." : $"All {epochs} epochs were trained."
            : $"Trained {epochs} {(epochs == 1 ? "epoch" : "epochs")} on all rows: {EpochSearch.Folds}-fold cross-validation had its lowest loss there.";
        if (_epochs.Count > epochs)
            throw new InvalidOperationException($"The checkpoint is of a training after epoch {_epochs.Count}, and {epochs} were asked for. Ask for at least {_epochs.Count}, or delete the checkpoint to start anew.");
        bool stopped = _earlyStop?.IsTimeToStop(_epochs.Count) == true;        // as a training may have that goes on
        for (int epoch = _epochs.Count + 1; epoch <= epochs && !stopped; epoch++)
        {
            if (!TryRunEpoch(epoch, out double trainingLoss))
            {
                stopReason = $"Cancelled in epoch {epoch}.";
                break;
            }
            double? validationLoss = _validation is not null ? ValidationLossSum() / ValidationWeight : _choice?.Losses[epoch - 1];
            _epochs.Add(new EpochRecord(epoch, trainingLoss, validationLoss, _learningRate));
            EpochEnded(validationLoss ?? trainingLoss);
            _earlyStop?.Note(epoch, validationLoss!.Value);
            stopped = _earlyStop?.IsTimeToStop(epoch) == true;
            checkpoint?.Save(epoch, always: stopped || epoch == epochs, Exchange);
            _options.Progress?.Report(new EpochProgress(epoch, epochs, trainingLoss, validationLoss));
        }
        if (stopped)
            stopReason = $"Stopped early: no better validation loss since epoch {_earlyStop!.BestEpoch}.";
        _earlyStop?.RestoreBest();
        return new TrainingHistory(_epochs, _earlyStop is { BestEpoch: > 0 } ? _earlyStop.BestEpoch : _epochs.Count, stopReason);
    }

    /// <summary>Tells the schedule how an epoch went: each epoch's loss once, in order.</summary>
    public void EpochEnded(double loss) => _course.EpochEnded(loss);

    /// <summary>All that an epoch leaves behind for the next one, before the first step or between two epochs.</summary>
    /// <exception cref="InvalidOperationException">The state is brought back, and is of a training with another course of learning rates.</exception>
    public void Exchange(StateExchange state)
    {
        state.Floats("parameters", _network.Parameters.Span);
        _step.Exchange(state);
        _average?.Exchange(state);
        _earlyStop?.Exchange(state);
        _choice?.Exchange(state);
        HistoryState.Exchange(state, _epochs);
        if (!state.Restores)
            return;
        _network.Parameters.Span.CopyTo(_lastGood.Span);
        _epochs.ForEach(Repeat);
    }

    /// <summary>What an epoch of the history did to that which is a function of the history.</summary>
    void Repeat(EpochRecord epoch)
    {
        Shuffle(epoch.Epoch);
        _step.Steps = (long)epoch.Epoch * _stepsAnEpoch;
        _learningRate = (float)_course.Rate(_step.Steps - 1);
        if (_learningRate != epoch.LearningRate)
            throw new InvalidOperationException($"A training can only go on with the learning rates that it had, but its epoch {epoch.Epoch} ended with a rate of {epoch.LearningRate}, and with this schedule and number of epochs it would be {_learningRate}. "
                + "Set Schedule and NumberOfEpochs as they were, or delete the checkpoint to start anew.");
        EpochEnded(epoch.ValidationLoss ?? epoch.TrainingLoss);
    }

    /// <summary>Each epoch shuffles the order that the one before it left.</summary>
    void Shuffle(int epoch) => new RandomSource(_options.Seed, $"shuffle/{epoch}").Shuffle(_rows);

    /// <summary>False where training was cancelled and the model so far is wanted, or a search for the rate is over. Between epochs the network has the weights that a model would get: the averaged ones, where they are averaged.</summary>
    public bool TryRunEpoch(int epoch, out double trainingLoss)
    {
        double sum = 0;
        trainingLoss = 0;
        _average?.Place(averages: false);
        Shuffle(epoch);
        int batch = 0;
        for (int first = 0; first < _rows.Length; first += _options.BatchSize)
        {
            _options.CheckAlive?.Invoke();
            if (_options.CancellationToken.IsCancellationRequested)
            {
                if (!_options.ReturnBestOnCancel)
                    throw new OperationCanceledException($"Training was cancelled in epoch {epoch}, batch {batch + 1}.", _options.CancellationToken);
                _average?.Place(averages: true);
                KeepFinite();
                return false;
            }
            _learningRate = (float)_course.Rate((long)(epoch - 1) * _stepsAnEpoch + batch);
            batch++;
            Span<int> rows = _rows.AsSpan(first, Math.Min(_options.BatchSize, _rows.Length - first));
            double loss = _step.Run(rows, _learningRate);
            if (_options.RangeTest?.Add(_learningRate, loss / TotalWeight(_gatherer, rows)) == false)
            {
                KeepFinite();
                return false;
            }
            if (!double.IsFinite(loss))
                throw NonFinite(epoch, batch);
            _average?.Add();
            sum += loss;
        }
        if (!RowChecks.AllFinite(_network.Parameters.Span))
            throw NonFinite(epoch, batch);
        _average?.Place(averages: true);
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

    static double TotalWeight(BatchGatherer gatherer, ReadOnlySpan<int> rows)
    {
        double sum = 0;
        foreach (int row in rows)
            sum += gatherer.WeightOf(row);
        return sum;
    }
}
