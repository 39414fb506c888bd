using System.Globalization;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Checkpoints;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Optimizers;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>The epochs: shuffle, steps, validation, progress, and every way to stop.</summary>
internal sealed partial class TrainingRun
{
    readonly FeedForwardNetwork _network;
    readonly TrainingOptions _options;
    readonly EpochRows _rows;
    readonly (BatchGatherer Gatherer, int[] Rows)? _validation;
    readonly TrainingStep _step;
    readonly RateCourse _course;
    readonly WeightAverage? _average;
    readonly string _advice;
    readonly AlignedBuffer _lastGood;
    readonly EarlyStop? _earlyStop;
    readonly EpochChoice? _choice;
    readonly EarlySteps? _early;
    readonly MetricTotal? _trainingMetric, _validationMetric;
    readonly List<EpochRecord> _epochs = [];
    readonly List<TimeSpan> _timings = [];
    readonly Func<bool> _isReadingCancelled;
    float _learningRate;
    TrainingPace? _pace;
    int _plannedEpochs, _resumedEpochs, _epoch;
    long _lastStep, _rowsSeen;
    double _weightSeen;

    /// <param name="advice">What the initialization report says, for the message of a training that failed.</param>
    /// <param name="choice">What cross-validation finds for the number of epochs before <see cref="Train"/>, or null; what it measured becomes the history's validation numbers.</param>
    /// <param name="early">Records the first steps; null: nobody does.</param>
    public TrainingRun(FeedForwardNetwork network, TrainingOptions options, EpochRows rows, (BatchGatherer Gatherer, int[] Rows)? validation,
        PassKernels kernels, IReadOnlyList<float> rateMultipliers, string advice, EpochChoice? choice = null, EarlySteps? early = null)
    {
        _network = network;
        _options = options;
        _rows = rows;
        _validation = validation;
        _advice = advice;
        _choice = choice;
        _early = early;
        _step = new TrainingStep(network, rows.Gatherer, options, kernels, rateMultipliers, TrainingBudget.WeightDecay(options.Optimizer, rows.Count, options.WeightDecay));
        _descent = options.Optimizer is Lbfgs lbfgs ? BeginDescent(lbfgs, rateMultipliers) : null;
        _average = options.EmaDecay is { } decay ? new WeightAverage(network.Parameters, decay, kernels.Level, kernels.Pool) : null;
        _lastGood = new AlignedBuffer(network.Parameters.Length);
        network.Parameters.Span.CopyTo(_lastGood.Span);
        BeginRange();
        _isReadingCancelled = () => IsCancelled("while rows were read in epoch {0}", _epoch);
        int patience = TrainingBudget.Patience(rows.Count, options);
        BatchesAnEpoch = TrainingBudget.UpdatesAnEpoch(rows.Count, options);
        long steps = Math.Min((long)TrainingBudget.Epochs(rows.Count, options, options.NumberOfEpochs) * BatchesAnEpoch, options.MaximumSteps ?? long.MaxValue);
        _course = Schedules.Schedules.Begin(options.RangeTest ?? options.Schedule, new TrainingSpan(options.LearningRate, steps, BatchesAnEpoch, patience, StopsEarly: validation is not null && options.EarlyStopping));
        _trainingMetric = CreateTotal(options, network.TargetScale);
        if (validation is not { } held)
            return;
        ValidationWeight = TotalWeight(held.Gatherer, held.Rows);
        _validationMetric = CreateTotal(options, network.TargetScale);
        _earlyStop = new EarlyStop(network.Parameters, options.EarlyStopping ? patience : int.MaxValue, options);
    }

    public FeedForwardNetwork Network => _network;

    /// <summary>Sum of the validation rows' weights; 0 without them.</summary>
    public double ValidationWeight { get; }

    /// <summary>Steps that pass over all rows once.</summary>
    public int BatchesAnEpoch { get; }

    /// <summary>Of the last step.</summary>
    public float LearningRate => _learningRate;

    /// <summary>The metric over the last epoch's batches, each before its step; null where none was asked for.</summary>
    public double? TrainingMetric => _options.Metric is null ? null : _trainingMetric?.Value();

    /// <summary>The metric over the validation rows when they were last measured; null where none was asked for or there are no such rows.</summary>
    public double? ValidationMetric => _options.Metric is null ? null : _validationMetric?.Value();

    /// <param name="checkpoint">Where the state goes between epochs, or null.</param>
    /// <exception cref="InvalidOperationException">More epochs have been trained than are asked for.</exception>
    public TrainingHistory Train(ICheckpoint? checkpoint = null)
    {
        int epochs = _plannedEpochs = _choice?.Epochs ?? TrainingBudget.Epochs(_rows.Count, _options, _options.NumberOfEpochs);
        if (_epochs.Count > epochs)
            throw new InvalidOperationException($"The checkpoint is of a training after epoch {_epochs.Count}, and {epochs} were asked for. Ask for at least {_epochs.Count}, or delete the checkpoint to start anew.");
        _resumedEpochs = _epochs.Count;
        _pace = new TrainingPace(_options, (double)(epochs - _resumedEpochs) * _rows.Count);
        string? stopReason = _earlyStop?.IsTimeToStop(_epochs.Count) == true ? _earlyStop.ToString() : Converged(_epochs.Count) ?? (_epochs.Count > 0 && _step.Steps >= _options.MaximumSteps ? LimitReached(EpochEnd.OutOfSteps, _epochs.Count) : null);     // as a training may have that goes on
        bool cancelled = false;
        BeginTrial();
        for (int epoch = _epochs.Count + 1; epoch <= epochs && stopReason is null; epoch++)
        {
            EpochEnd end = RunEpoch(epoch, out double trainingLoss);
            double lossSum = 0;
            cancelled = end == EpochEnd.Cancelled || !TryValidate(epoch, out lossSum);
            if (cancelled)
            {
                stopReason = $"Cancelled in epoch {epoch}.";
                break;
            }
            EpochRecord record = Record(epoch, trainingLoss, lossSum);
            _epochs.Add(record);
            _timings.Add(_pace.Now);
            EpochEnded(record.ValidationLoss ?? trainingLoss);
            _earlyStop?.Note(epoch, record.ValidationLoss!.Value, record.ValidationMetric);
            stopReason = LimitReached(end, epoch) ?? (_earlyStop?.IsTimeToStop(epoch) == true ? _earlyStop.ToString() : null);
            if (_rowsSeen == _rows.Count)                      // a part of an epoch is trained again by whoever goes on
                checkpoint?.Save(epoch, always: stopReason is not null || epoch == epochs, Exchange);
            _options.Progress?.Report(_pace.Measure(Progress(record), RowsTrained(epoch)));
        }
        _earlyStop?.RestoreBest();
        EndTrial();
        return new TrainingHistory(_epochs, _earlyStop?.RestoredEpoch ?? _epochs.Count, stopReason ?? AllTrained())
        {
            Metric = _options.Metric?.Name,
            Timings = _resumedEpochs == 0 ? _timings : null,
            WasCancelled = cancelled,
        };
    }

    /// <summary>Tells the schedule how an epoch went: each epoch's loss once, in order.</summary>
    public void EpochEnded(double loss) => _course.EpochEnded(loss);

    /// <summary>All that an epoch leaves behind for the next one, before the first step or between two epochs.</summary>
    /// <exception cref="InvalidOperationException">The state is brought back, and is of a training with another course of learning rates.</exception>
    public void Exchange(StateExchange state)
    {
        state.Floats("parameters", _network.Parameters.Span);
        _step.Exchange(state);
        _descent?.Exchange(state);
        _average?.Exchange(state);
        _earlyStop?.Exchange(state);
        _choice?.Exchange(state, HeadNames(_options.Loss));
        HistoryState.Exchange(state, _epochs, HeadNames(_options.Loss));
        _early?.Exchange(state);
        if (!state.Restores)
            return;
        _network.Parameters.Span.CopyTo(_lastGood.Span);
        _epochs.ForEach(Repeat);
    }

    /// <summary>What an epoch of the history did to that which is a function of the history.</summary>
    void Repeat(EpochRecord epoch)
    {
        if (_descent is not null)
        {
            _learningRate = epoch.LearningRate;
            EpochEnded(epoch.ValidationLoss ?? epoch.TrainingLoss);
            return;
        }
        _rows.Skip(epoch.Epoch);
        _step.Steps = (long)epoch.Epoch * BatchesAnEpoch;
        _learningRate = (float)_course.Rate(_step.Steps - 1);
        if (_learningRate != epoch.LearningRate)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"A training can only go on with the learning rates that it had, but its epoch {epoch.Epoch} ended with a rate of {epoch.LearningRate}, and with this schedule and number of epochs it would be {_learningRate}. ")
                + "Set Schedule and NumberOfEpochs as they were, or delete the checkpoint to start anew.");
        EpochEnded(epoch.ValidationLoss ?? epoch.TrainingLoss);
    }

    /// <summary>The search for the number of epochs measured whole epochs only, so a part of one gets no numbers from it.</summary>
    EpochRecord Record(int epoch, double trainingLoss, double lossSum)
    {
        EpochRecord? searched = _rowsSeen == _rows.Count ? _choice?.Records[epoch - 1] : null;
        return new EpochRecord(epoch, trainingLoss, _validation is not null ? MeanValidationLoss(lossSum) : searched?.ValidationLoss, _learningRate)
        {
            TrainingMetric = TrainingMetric,
            ValidationMetric = ValidationMetric ?? searched?.ValidationMetric,
            GradientNorm = _descent is null ? _step.GradientNorm() : _descent.GradientNorm,
            Heads = HeadRecords(searched),
        };
    }

    EpochProgress Progress(EpochRecord record) => new(record.Epoch, _plannedEpochs, record.TrainingLoss, record.ValidationLoss)
    {
        Batch = (int)(_lastStep - (long)(record.Epoch - 1) * BatchesAnEpoch),
        Batches = BatchesAnEpoch,
        Passes = Passes,
        TrainingMetric = record.TrainingMetric,
        ValidationMetric = record.ValidationMetric,
        Heads = record.Heads,
    };

    double RowsTrained(int epoch) => (double)(epoch - 1 - _resumedEpochs) * _rows.Count + _rowsSeen;

    string AllTrained() => _choice is not null
        ? $"Trained {_plannedEpochs} {(_plannedEpochs == 1 ? "epoch" : "epochs")} on all rows: {EpochSearch.Folds}-fold cross-validation had its {Improvement.Of(_options).BestValue} there."
        : (_plannedEpochs == 1 ? "The only epoch was trained" : $"All {_plannedEpochs} epochs were trained") + $"{_descent?.Cost}.";

    string? LimitReached(EpochEnd end, int epoch) => end switch
    {
        EpochEnd.Converged => Converged(epoch),
        EpochEnd.OutOfSteps => $"Stopped in epoch {epoch}: the maximum of {_options.MaximumSteps} {(_options.MaximumSteps == 1 ? "step" : "steps")} was reached.",
        EpochEnd.OutOfTime when epoch < _plannedEpochs || _rowsSeen < _rows.Count => string.Create(CultureInfo.InvariantCulture,
            $"Stopped in epoch {epoch}: the maximum duration of {_options.MaximumDuration} was over after {_lastStep} {(_lastStep == 1 ? "step" : "steps")}. Another run may stop at another step, and give another model."),
        _ => null,
    };

    /// <summary>One pass over the rows, as far as cancellation, limits and a search for the rate let it. Between epochs the network has the weights that a model would get: the averaged ones, where they are averaged.</summary>
    /// <param name="trainingLoss">Mean over the rows that were seen.</param>
    public EpochEnd RunEpoch(int epoch, out double trainingLoss)
    {
        if (_descent is not null)
            return RunIteration(epoch, out trainingLoss);
        double sum = 0;
        trainingLoss = 0;
        _epoch = epoch;
        _rowsSeen = 0;
        _weightSeen = 0;
        _trainingMetric?.Clear();
        _average?.Place(averages: false);
        _rows.Begin(epoch);
        EpochEnd end = EpochEnd.Finished;
        int batch = 0;
        while (_rowsSeen < _rows.Count && end == EpochEnd.Finished)
        {
            if (IsCancelled("in epoch {0}, batch {1}", epoch, batch + 1) || !_rows.TryPrepare(_isReadingCancelled))
            {
                _average?.Place(averages: true);
                KeepFinite();
                return EpochEnd.Cancelled;
            }
            _learningRate = (float)_course.Rate((long)(epoch - 1) * BatchesAnEpoch + batch);
            bool isRecorded = BeginEarly((long)(epoch - 1) * BatchesAnEpoch + batch);
            batch++;
            ReadOnlySpan<int> rows = _rows.Next(_options.BatchSize);
            _step.KeepsGradient = isRecorded || MayEnd(rows.Length, (long)(epoch - 1) * BatchesAnEpoch + batch);
            double loss = _step.Run(rows, _learningRate, _trainingMetric);
            if (isRecorded)
                EndEarly(loss, rows);
            if (!NoteRange(loss, rows))
            {
                KeepFinite();
                return EpochEnd.Cancelled;
            }
            if (!double.IsFinite(loss))
                throw NonFinite(epoch, batch);
            _average?.Add();
            sum += loss;
            _rowsSeen += rows.Length;
            AddWeights(rows);
            _lastStep = (long)(epoch - 1) * BatchesAnEpoch + batch;
            end = Limit();
            NoteTrial(rows.Length);
            ReportWithin(epoch, batch, sum);
        }
        if (!RowChecks.AllFinite(_network.Parameters.Span))
            throw NonFinite(epoch, batch);
        _average?.Place(averages: true);
        _network.Parameters.Span.CopyTo(_lastGood.Span);
        trainingLoss = MeanLoss(sum, WeightSeen, TrainingHeads);
        return end;
    }

    /// <summary>Whether a step may be an epoch's last: the one whose gradient's norm is recorded.</summary>
    bool MayEnd(int rows, long step) => _rowsSeen + rows >= _rows.Count || step >= _options.MaximumSteps || step >= _options.StopAfter || _options.MaximumDuration is not null;

    EpochEnd Limit()
    {
        if (_lastStep == _options.MaximumSteps || _lastStep == _options.StopAfter)
            return EpochEnd.OutOfSteps;
        return _options.MaximumDuration is { } maximum && _options.Clock!() >= maximum ? EpochEnd.OutOfTime : EpochEnd.Finished;
    }

    /// <summary>A report within an epoch, where one is due.</summary>
    void ReportWithin(int epoch, int batch, double lossSum)
    {
        if (_pace is not { IsReportDue: true } || _rowsSeen == _rows.Count)
            return;
        var report = new EpochProgress(epoch, _plannedEpochs, MeanLoss(lossSum, _weightSeen, TrainingHeads), validationLoss: null)
        {
            Batch = batch,
            Batches = BatchesAnEpoch,
            IsEpochEnd = false,
        };
        _options.Progress?.Report(_pace.Measure(report, RowsTrained(epoch)));
    }

    /// <summary>Sum of weight · loss over the validation rows, 0 without them; false where training was cancelled and the model so far is wanted.</summary>
    public bool TryValidate(int epoch, out double lossSum)
    {
        lossSum = 0;
        if (_validation is not { } held)
            return true;
        _validationMetric?.Clear();
        for (int first = 0; first < held.Rows.Length; first += _options.BatchSize)
        {
            if (IsCancelled(epoch == 0 ? "while its start was validated" : "while epoch {0} was validated", epoch))
                return false;
            lossSum += _step.Evaluate(held.Gatherer, held.Rows.AsSpan(first, Math.Min(_options.BatchSize, held.Rows.Length - first)), _validationMetric);
        }
        return true;
    }

    /// <exception cref="OperationCanceledException">Cancellation was asked for, and no model is wanted then.</exception>
    bool IsCancelled(string place, int epoch, int batch = 0)
    {
        _options.CheckAlive?.Invoke();
        if (!_options.CancellationToken.IsCancellationRequested)
            return false;
        return _options.ReturnBestOnCancel ? true : throw new OperationCanceledException(string.Format(CultureInfo.InvariantCulture, $"Training was cancelled {place}.", epoch, batch), _options.CancellationToken);
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
            $"{(_descent is null ? string.Create(CultureInfo.InvariantCulture, $"try a learning rate below {_learningRate}, or another initialization") : "try another initialization, Standardize = true, or an optimizer with a learning rate, such as Adam")}; the exception's {nameof(NonFiniteTrainingException.Initialization)} has the report and " +
            $"{nameof(NonFiniteTrainingException.LastGoodNetwork)} the weights after epoch {epoch - 1}.");
    }

    void AddWeights(ReadOnlySpan<int> rows)
    {
        if (_rows.Gatherer.Data.Weights is null)
        {
            _weightSeen += rows.Length;
            return;
        }
        foreach (int row in rows)
            _weightSeen += _rows.Gatherer.WeightOf(row);
    }

    static double TotalWeight(BatchGatherer gatherer, ReadOnlySpan<int> rows)
    {
        double sum = 0;
        foreach (int row in rows)
            sum += gatherer.WeightOf(row);
        return sum;
    }
}
