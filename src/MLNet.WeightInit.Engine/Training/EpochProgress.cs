namespace MLNet.WeightInit;

/// <summary>Where a training stands: reported after each epoch, and within epochs that take longer than the interval that was asked for.</summary>
public sealed record EpochProgress
{
    internal EpochProgress(int epoch, int epochs, double trainingLoss, double? validationLoss)
    {
        Epoch = epoch;
        Epochs = epochs;
        TrainingLoss = trainingLoss;
        ValidationLoss = validationLoss;
    }

    /// <summary>Number of the epoch, from 1: done where <see cref="IsEpochEnd"/>, else under way.</summary>
    public int Epoch { get; }

    /// <summary>Epochs planned, at least <see cref="Epoch"/>; early stopping or a limit may end before.</summary>
    public int Epochs { get; }

    /// <summary>Batches of this epoch that are done, from 1.</summary>
    public int Batch { get; internal init; }

    /// <summary>Batches of a whole epoch. While <see cref="IsSearch"/>, those of all its networks together.</summary>
    public int Batches { get; internal init; }

    /// <summary>True after the last batch of an epoch, when its validation is done too; false for a report within it.</summary>
    public bool IsEpochEnd { get; internal init; } = true;

    /// <summary>Passes over the training rows that the epoch made: 1, and with L-BFGS as many as its line search needed; while <see cref="IsSearch"/>, the most of one of its networks.</summary>
    public int Passes { get; internal init; } = 1;

    /// <summary>Mean loss of the epoch's batches so far, each measured before its step; in the unit of <see cref="EpochRecord.TrainingLoss"/>.</summary>
    public double TrainingLoss { get; }

    /// <summary>Mean loss of the validation rows after the epoch; null without them and within an epoch.</summary>
    public double? ValidationLoss { get; }

    /// <summary>The metric that was asked for, over the epoch's batches; null without one and within an epoch.</summary>
    public double? TrainingMetric { get; internal init; }

    /// <summary>The metric that was asked for, over the validation rows after the epoch; null without one, without such rows and within an epoch.</summary>
    public double? ValidationMetric { get; internal init; }

    /// <summary>Loss and metric of each of several labels, in the order of the options; empty for one label and within an epoch.</summary>
    public IReadOnlyList<HeadRecord> Heads { get; internal init; } = HeadRecordList.Empty;

    /// <summary>Time since training began, after the rows had been read.</summary>
    public TimeSpan Elapsed { get; internal init; }

    /// <summary>Training rows a second, validation's time included, on average since the first epoch (of the search, while <see cref="IsSearch"/>); null before a clock's tick has passed.</summary>
    public double? RowsPerSecond { get; internal init; }

    /// <summary>Time that the planned epochs still take at this pace, and at most until the maximum duration is over; of the search alone, while <see cref="IsSearch"/>. Early stopping may end before.
    /// Null where <see cref="RowsPerSecond"/> is.</summary>
    public TimeSpan? TimeLeft { get; internal init; }

    /// <summary>True while cross-validation looks for the number of epochs, which comes before the training of the model and takes longer than it: <see cref="Epochs"/> is then the most
    /// that the search may go through, and the losses are means over its networks.</summary>
    public bool IsSearch { get; internal init; }
}
