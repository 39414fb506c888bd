namespace MLNet.WeightInit;

public sealed partial class NeuralNetOptions
{
    /// <summary>What is measured after each epoch beside the loss, on the epoch's batches and on the validation rows, and then decides in the loss's place which epoch is best:
    /// <c>Accuracy</c> (also called MicroAccuracy), <c>MacroAccuracy</c> for multiclass; <c>Accuracy</c>, <c>AUC</c>, <c>AUPRC</c>, <c>F1</c> for binary; <c>RMSE</c>, <c>MAE</c>, in the label's unit, and
    /// <c>R2</c> (also called RSquared) for regression; <c>MicroF1</c>, <c>MacroF1</c>, <c>SubsetAccuracy</c> for several labels. Of several values RMSE and MAE are of all of them together, R2 the mean of each one's own.
    /// With several <see cref="Heads"/> one of them and its metric or loss, <c>Species:Accuracy</c> or <c>Species:Loss</c>: the label column, a colon, then one of the names of its kind, or Loss for its loss before <see cref="NeuralNetHead.LossWeight"/>.</summary>
    /// <remarks>Rows weigh as in training. AUPRC is the average precision, as scikit-learn has it, without ML.NET's interpolation.</remarks>
    /// <value>Default: null, the loss decides and nothing else is measured. Accuracy moves in steps of a row, so that many epochs are equally good; the loss, AUC and RMSE don't.
    /// AUC, AUPRC and F1 need validation rows of both classes, R2 labels that differ. In the search for the number of epochs it is the mean over the five networks.</value>
    public string? Metric { get; set; }

    /// <summary>What an epoch must be better by than the best one before it, in the unit of the loss or the <see cref="Metric"/>: smaller gains neither renew the <see cref="Patience"/> nor make an epoch the best.</summary>
    /// <value>Default: 0, any gain counts. At least 0 and finite.</value>
    public double MinimumImprovement { get; set; }

    /// <summary>Whether the model gets the weights of the best epoch rather than the last. Without validation rows it is the last in any case.</summary>
    /// <value>Default: true; it holds one more copy of the weights while training.</value>
    public bool RestoreBest { get; set; } = true;

    /// <summary>Optimizer steps after which training ends, within an epoch too; the steps of the search for the number of epochs are not counted, but it looks no further than these reach.</summary>
    /// <value>Default: null, no bound but the epochs. At least 1. The model stays reproducible.</value>
    public long? MaximumSteps { get; set; }

    /// <summary>Time after which training ends, after the batch under way: within an epoch and within the search for the number of epochs too. Reading the rows, which comes first, and the last validation
    /// come on top. <see cref="TrainingHistory.StopReason"/> says so where it ended training.</summary>
    /// <value>Default: null, no bound. Above 0. <b>Where it ends training, the model depends on the clock</b>: the same data, options and seed may stop at another step and give another model.
    /// <see cref="MaximumSteps"/> bounds training and keeps it reproducible.</value>
    public TimeSpan? MaximumDuration { get; set; }

    /// <summary>How far apart reports to <see cref="Progress"/> come within an epoch that takes longer than this; there is always one after each epoch.</summary>
    /// <value>Default: 5 seconds. Above 0, or <see cref="Timeout.InfiniteTimeSpan"/> for reports after epochs only.</value>
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <exception cref="ArgumentOutOfRangeException">One of the options in this file is out of its range.</exception>
    internal void CheckEarlyStopping()
    {
        OptionChecks.Require(MinimumImprovement >= 0 && double.IsFinite(MinimumImprovement), nameof(MinimumImprovement), MinimumImprovement,
            "The minimum improvement must be at least 0 and finite. 0, the default, counts any gain.");
        OptionChecks.Require(MaximumSteps is null or >= 1, nameof(MaximumSteps), MaximumSteps,
            "The maximum number of steps must be at least 1. null is no bound; to get an untrained model set NumberOfEpochs to 0.");
        OptionChecks.Require(MaximumDuration is not { } duration || duration > TimeSpan.Zero, nameof(MaximumDuration), MaximumDuration,
            "The maximum duration must be above 0. null is no bound; to get an untrained model set NumberOfEpochs to 0.");
        OptionChecks.Require(ProgressInterval > TimeSpan.Zero || ProgressInterval == Timeout.InfiniteTimeSpan, nameof(ProgressInterval), ProgressInterval,
            "The interval between reports must be above 0. 5 seconds is the default; Timeout.InfiniteTimeSpan reports after each epoch only.");
    }
}
