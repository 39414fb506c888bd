namespace MLNet.WeightInit;

/// <summary>Where a training stands, reported after each epoch.</summary>
/// <param name="Epoch">Epochs done, from 1.</param>
/// <param name="Epochs">Epochs planned; early stopping may end before.</param>
/// <param name="TrainingLoss">Mean loss of the epoch.</param>
/// <param name="ValidationLoss">After the epoch; null without validation rows.</param>
public sealed record EpochProgress(int Epoch, int Epochs, double TrainingLoss, double? ValidationLoss);
