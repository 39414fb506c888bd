namespace MLNet.WeightInit;

/// <summary>One pass over the training rows.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="TrainingLoss">Mean loss of the epoch's batches, each measured before its step.</param>
/// <param name="ValidationLoss">Mean loss of the validation rows after the epoch; null without them.</param>
/// <param name="LearningRate">Of the epoch's last step.</param>
public sealed record EpochRecord(int Epoch, double TrainingLoss, double? ValidationLoss, float LearningRate);

/// <summary>How the loss went, epoch by epoch.</summary>
public sealed class TrainingHistory
{
    internal TrainingHistory(IReadOnlyList<EpochRecord> epochs, int bestEpoch, string stopReason)
    {
        Epochs = epochs;
        BestEpoch = bestEpoch;
        StopReason = stopReason;
    }

    /// <summary>One record an epoch, in order; empty for an untrained model.</summary>
    public IReadOnlyList<EpochRecord> Epochs { get; }

    /// <summary>The epoch whose weights the model has; 0 for an untrained one.</summary>
    public int BestEpoch { get; }

    /// <summary>Why training ended, in a sentence.</summary>
    public string StopReason { get; }
}
