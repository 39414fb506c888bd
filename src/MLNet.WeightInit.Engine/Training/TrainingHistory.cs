namespace MLNet.WeightInit;

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

    /// <summary>The epoch whose weights the model has, from 1; 0 for an untrained one.</summary>
    public int BestEpoch { get; }

    /// <summary>Why training ended, in a sentence.</summary>
    public string StopReason { get; }
}
