namespace MLNet.WeightInit;

/// <summary>Where a training stands, reported after each epoch.</summary>
/// <param name="Epoch">Epochs done, from 1.</param>
/// <param name="Epochs">Epochs planned; early stopping may end before.</param>
/// <param name="TrainingLoss">Mean loss of the epoch.</param>
/// <param name="ValidationLoss">After the epoch; null without validation rows.</param>
public sealed record EpochProgress(int Epoch, int Epochs, double TrainingLoss, double? ValidationLoss)
{
    /// <summary>True while cross-validation looks for the number of epochs, which comes before the training of the model and takes longer than it: <see cref="Epochs"/> is the most that
    /// the search may go through, and the losses are means over its networks.</summary>
    public bool IsSearch { get; init; }
}
