namespace MLNet.WeightInit;

/// <summary>One pass over the training rows.</summary>
public sealed record EpochRecord
{
    internal EpochRecord(int epoch, double trainingLoss, double? validationLoss, float learningRate)
    {
        Epoch = epoch;
        TrainingLoss = trainingLoss;
        ValidationLoss = validationLoss;
        LearningRate = learningRate;
    }

    /// <summary>Its number, from 1.</summary>
    public int Epoch { get; }

    /// <summary>Mean loss of the epoch's batches, each measured before its step: nats a row for classification, as the loss defines it for regression, of labels as the
    /// network sees them (standardized where it standardizes).</summary>
    public double TrainingLoss { get; }

    /// <summary>Mean loss of the validation rows after the epoch, in the same unit; null without such rows.</summary>
    public double? ValidationLoss { get; }

    /// <summary>The learning rate of the epoch's last step.</summary>
    public float LearningRate { get; }
}
