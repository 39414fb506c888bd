using System.Globalization;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Finds the number of epochs by cross-validation: five networks, each trained on four fifths of the rows and measured on the rest, epoch by epoch in step.</summary>
/// <remarks>
/// Small data can't spare rows for validation, and a network trained too long on them is worse than a linear model; so every row validates once, and then all rows train
/// for the epochs that were best (Hastie et al. 2009, section 7.10). The folds run at the same time on as many threads as there are; each is trained by one, so the result hangs on none.
/// All start from the weights that the model starts from, with its standardization.
/// </remarks>
internal sealed class EpochSearch
{
    public const int Folds = 5;

    readonly TrainingRun[] _runs = new TrainingRun[Folds];
    readonly EpochEnd[] _ends = new EpochEnd[Folds];
    readonly double[] _losses = new double[Folds];
    readonly double[] _trainingLosses = new double[Folds];
    readonly List<TimeSpan> _timings = [];
    readonly TrainingOptions _options;
    readonly TrainingPace _pace;
    readonly FeedForwardNetwork _network;
    readonly AlignedBuffer _best;
    readonly WorkerPool _pool;
    readonly int _epochs, _patience;
    readonly double _weight, _rowsAnEpoch;
    readonly EpochChoice _choice;

    /// <param name="choice">Gets the number of epochs and what was measured.</param>
    /// <param name="gatherers">Makes a gatherer of the rows for a fold of its own.</param>
    public EpochSearch(EpochChoice choice, FeedForwardNetwork network, TrainingOptions options, TrainingSet data, int[] rows, Func<RowKernel, BatchGatherer> gatherers, WorkerPool pool, IReadOnlyList<float> rateMultipliers, string advice)
    {
        _choice = choice;
        _network = network;
        _pool = pool;
        _options = options;
        _best = new AlignedBuffer(network.Parameters.Length);
        network.Parameters.Span.CopyTo(_best.Span);
        _epochs = TrainingBudget.Epochs(rows.Length, options, asked: null);
        _pace = new TrainingPace(options, (double)_epochs * (Folds - 1) * rows.Length);
        _rowsAnEpoch = (double)(Folds - 1) * rows.Length;
        _patience = TrainingBudget.Patience(rows.Length, options);
        int[] foldOf = AssignFolds(data, rows, options);
        TrainingOptions quiet = options with { Progress = null, NumberOfEpochs = _epochs, EarlyStopping = false, Patience = _patience, RestoreBest = false, MaximumSteps = null };
        for (int fold = 0; fold < Folds; fold++)
        {
            var copy = new FeedForwardNetwork(network.Layout, network.Task, network.FeatureScale, network.TargetScale);
            network.Parameters.Span.CopyTo(copy.Parameters.Span);
            PassKernels kernels = PassKernels.Create(options.Simd, WorkerPool.CallerOnly);
            BatchGatherer gatherer = gatherers(kernels.Rows);
            int[] training = [.. rows.Where((_, i) => foldOf[i] != fold)], held = [.. rows.Where((_, i) => foldOf[i] == fold)];
            _runs[fold] = new TrainingRun(copy, quiet, new ResidentRows(gatherer, training, options.Seed), (gatherer, held), kernels, rateMultipliers, advice);
            _weight += _runs[fold].ValidationWeight;
        }
    }

    /// <summary>Null where the number of epochs was found. Else training was cancelled or is out of time: the network has the first fold's weights after its best epoch, and this is their history.</summary>
    public TrainingHistory? Run()
    {
        Action<int> runFold = RunFold;
        Improvement improvement = Improvement.Of(_options);
        double best = improvement.Worst;
        for (int epoch = 1; epoch <= _epochs; epoch++)
        {
            _pool.Run(Folds, runFold);
            if (Array.Find(_ends, end => end != EpochEnd.Finished) is var end and not EpochEnd.Finished)
                return Interrupted(epoch, end);
            EpochRecord record = Record(epoch);
            _choice.Records.Add(record);
            _timings.Add(_pace.Now);
            double value = improvement.Choose(record.ValidationLoss!.Value, record.ValidationMetric);
            if (_choice.Epochs == 0 || improvement.IsBetter(value, best))
            {
                _choice.Epochs = epoch;
                best = double.IsNaN(value) ? best : value;
                _runs[0].Network.Parameters.Span.CopyTo(_best.Span);
            }
            _options.Progress?.Report(_pace.Measure(Progress(record), epoch * _rowsAnEpoch));
            if (epoch - _choice.Epochs >= _patience)
                break;
        }
        return null;
    }

    TrainingHistory Interrupted(int epoch, EpochEnd end)
    {
        _best.Span.CopyTo(_network.Parameters.Span);
        string cause = end == EpochEnd.Cancelled ? "Cancelled" : string.Create(CultureInfo.InvariantCulture, $"The maximum duration of {_options.MaximumDuration} was over");
        string model = _choice.Epochs == 0 ? "the model is as it was initialized" : "the model is the best so far of one that was trained on four fifths of the rows";
        return new TrainingHistory(_choice.Records, _choice.Epochs, $"{cause} in epoch {epoch} of the search for the number of epochs; {model}.")
        {
            Metric = _options.Metric?.Name,
            Timings = _timings,
            WasCancelled = end == EpochEnd.Cancelled,
        };
    }

    EpochRecord Record(int epoch) => new(epoch, Sum(_trainingLosses) / Folds, SearchedHeads.MeanLoss(_options, _runs, Sum(_losses), _weight), _runs[0].LearningRate)
    {
        TrainingMetric = MeanMetric(run => run.TrainingMetric),
        ValidationMetric = MeanMetric(run => run.ValidationMetric),
        Heads = SearchedHeads.Records(_options, _runs, _weight),
    };

    EpochProgress Progress(EpochRecord record)
    {
        int batches = 0;
        foreach (TrainingRun run in _runs)
            batches += run.BatchesAnEpoch;
        return new EpochProgress(record.Epoch, _epochs, record.TrainingLoss, record.ValidationLoss)
        {
            IsSearch = true,
            Passes = _runs.Max(run => run.Passes),
            Batch = batches,
            Batches = batches,
            TrainingMetric = record.TrainingMetric,
            ValidationMetric = record.ValidationMetric,
            Heads = record.Heads,
        };
    }

    /// <summary>Over the folds for which it is defined: one may have got rows of one class only.</summary>
    double? MeanMetric(Func<TrainingRun, double?> choose)
    {
        return _options.Metric is null ? null : MeanOfDefined(Array.ConvertAll(_runs, run => choose(run)!.Value));
    }

    /// <summary>The mean without what is not a number; NaN where nothing is.</summary>
    internal static double MeanOfDefined(ReadOnlySpan<double> values)
    {
        double sum = 0;
        int count = 0;
        foreach (double value in values)
        {
            if (double.IsNaN(value))
                continue;
            sum += value;
            count++;
        }
        return sum / count;
    }

    static double Sum(double[] losses)
    {
        double sum = 0;
        foreach (double loss in losses)
            sum += loss;
        return sum;
    }

    void RunFold(int fold)
    {
        int epoch = _choice.Records.Count + 1;
        _ends[fold] = _runs[fold].RunEpoch(epoch, out _trainingLosses[fold]);
        if (_ends[fold] == EpochEnd.Converged)
            _ends[fold] = EpochEnd.Finished;                   // and stays where it is while the others go on
        if (_ends[fold] == EpochEnd.Finished && !_runs[fold].TryValidate(epoch, out _losses[fold]))
            _ends[fold] = EpochEnd.Cancelled;
        _runs[fold].EpochEnded(_runs[fold].MeanValidationLoss(_losses[fold]));
    }

    /// <summary>Deals shuffled rows out class by class, each class going on where the last one ended: neither the folds' sizes nor their shares of a class differ by more than one row.</summary>
    internal static int[] AssignFolds(TrainingSet data, int[] rows, TrainingOptions options)
    {
        int[] order = RowNumbers.Ascending(rows.Length);
        new RandomSource(options.Seed, "split/folds").Shuffle(order);
        int? classColumn = options.Loss.ClassColumn(options.Task);
        var next = new int[classColumn is not null ? Math.Max(2, options.Outputs) : 1];
        if (classColumn is { } column)
            foreach (int row in rows)
                next[ValidationSplit.ClassOf(data, row, column)]++;
        int before = 0;
        for (int group = 0; group < next.Length; group++)
            (next[group], before) = (before, before + next[group]);
        var foldOf = new int[rows.Length];
        foreach (int i in order)
            foldOf[i] = next[classColumn is { } own ? ValidationSplit.ClassOf(data, rows[i], own) : 0]++ % Folds;
        return foldOf;
    }
}
