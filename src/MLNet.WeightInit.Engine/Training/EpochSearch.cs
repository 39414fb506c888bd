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
    readonly bool[] _wentOn = new bool[Folds];
    readonly double[] _losses = new double[Folds];
    readonly double[] _trainingLosses = new double[Folds];
    readonly IProgress<EpochProgress>? _progress;
    readonly FeedForwardNetwork _network;
    readonly AlignedBuffer _best;
    readonly WorkerPool _pool;
    readonly int _epochs, _patience;
    readonly double _weight;
    readonly EpochChoice _choice;

    /// <param name="choice">Gets the number of epochs and the losses.</param>
    /// <param name="gatherers">Makes a gatherer of the rows for a fold of its own.</param>
    public EpochSearch(EpochChoice choice, FeedForwardNetwork network, TrainingOptions options, TrainingSet data, int[] rows, Func<RowKernel, BatchGatherer> gatherers, WorkerPool pool, IReadOnlyList<float> rateMultipliers, string advice)
    {
        _choice = choice;
        _network = network;
        _pool = pool;
        _progress = options.Progress;
        _best = new AlignedBuffer(network.Parameters.Length);
        network.Parameters.Span.CopyTo(_best.Span);
        _epochs = TrainingBudget.Epochs(rows.Length, options.BatchSize, asked: null);
        _patience = TrainingBudget.Patience(rows.Length, options.BatchSize, options.Patience);
        int[] foldOf = AssignFolds(data, rows, options);
        TrainingOptions quiet = options with { Progress = null, NumberOfEpochs = _epochs, EarlyStopping = false, Patience = _patience };
        for (int fold = 0; fold < Folds; fold++)
        {
            var copy = new FeedForwardNetwork(network.Layout, network.Task, network.FeatureScale, network.TargetScale);
            network.Parameters.Span.CopyTo(copy.Parameters.Span);
            PassKernels kernels = PassKernels.Create(options.Simd, WorkerPool.CallerOnly);
            BatchGatherer gatherer = gatherers(kernels.Rows);
            int[] training = [.. rows.Where((_, i) => foldOf[i] != fold)], held = [.. rows.Where((_, i) => foldOf[i] == fold)];
            _runs[fold] = new TrainingRun(copy, quiet, gatherer, training, (gatherer, held), kernels, rateMultipliers, advice);
            _weight += _runs[fold].ValidationWeight;
        }
    }

    List<double> Losses => _choice.Losses;

    /// <summary>False where training was cancelled and the best so far is wanted: then the network gets the first fold's weights after its best epoch.</summary>
    public bool Run()
    {
        Action<int> runFold = RunFold;
        for (int epoch = 1; epoch <= _epochs; epoch++)
        {
            _pool.Run(Folds, runFold);
            if (Array.IndexOf(_wentOn, false) >= 0)
            {
                _best.Span.CopyTo(_network.Parameters.Span);
                return false;
            }
            Losses.Add(Sum(_losses) / _weight);
            if (_choice.Epochs == 0 || Losses[^1] < Losses[_choice.Epochs - 1])
            {
                _choice.Epochs = epoch;
                _runs[0].Network.Parameters.Span.CopyTo(_best.Span);
            }
            _progress?.Report(new EpochProgress(epoch, _epochs, Sum(_trainingLosses) / Folds, Losses[^1]) { IsSearch = true });
            if (epoch - _choice.Epochs >= _patience)
                break;
        }
        return true;
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
        _wentOn[fold] = _runs[fold].TryRunEpoch(Losses.Count + 1, out _trainingLosses[fold]);
        _losses[fold] = _wentOn[fold] ? _runs[fold].ValidationLossSum() : 0;
        _runs[fold].EpochEnded(_losses[fold] / _runs[fold].ValidationWeight);
    }

    /// <summary>Deals shuffled rows out class by class, each class going on where the last one ended: neither the folds' sizes nor their shares of a class differ by more than one row.</summary>
    internal static int[] AssignFolds(TrainingSet data, int[] rows, TrainingOptions options)
    {
        var order = new int[rows.Length];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        new RandomSource(options.Seed, "split/folds").Shuffle(order);
        bool byClass = ValidationSplit.IsByClass(options.Task);
        var next = new int[byClass ? Math.Max(2, options.Outputs) : 1];
        if (byClass)
            foreach (int row in rows)
                next[(int)data.Targets[row]]++;
        int before = 0;
        for (int group = 0; group < next.Length; group++)
            (next[group], before) = (before, before + next[group]);
        var foldOf = new int[rows.Length];
        foreach (int i in order)
            foldOf[i] = next[byClass ? (int)data.Targets[rows[i]] : 0]++ % Folds;
        return foldOf;
    }
}
