namespace MLNet.WeightInit;

/// <summary>Where a training stands, reported after each epoch.</summary>
public sealed record EpochProgress
{
    internal EpochProgress(int epoch, int epochs, double trainingLoss, double? validationLoss)
    {
        Epoch = epoch;
        Epochs = epochs;
        TrainingLoss = trainingLoss;
        ValidationLoss = validationLoss;
    }

    /// <summary>Epochs done, from 1.</summary>
    public int Epoch { get; }

    /// <summary>Epochs planned, at least <see cref="Epoch"/>; early stopping may end before.</summary>
    public int Epochs { get; }

    /// <summary>Mean loss of the epoch's batches, each measured before its step; in the unit of <see cref="EpochRecord.TrainingLoss"/>.</summary>
    public double TrainingLoss { get; }

    /// <summary>Mean loss of the validation rows after the epoch; null without them.</summary>
    public double? ValidationLoss { get; }

    /// <summary>True while cross-validation looks for the number of epochs, which comes before the training of the model and takes longer than it: <see cref="Epochs"/> is then the most
    /// that the search may go through, and the losses are means over its networks.</summary>
    public bool IsSearch { get; internal init; }
}
