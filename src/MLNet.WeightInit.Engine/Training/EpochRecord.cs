using System.Globalization;
using MLNet.WeightInit.Engine.Training;

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
    /// network sees them (standardized where it standardizes). With L-BFGS: of all rows, after the iteration.</summary>
    public double TrainingLoss { get; }

    /// <summary>Mean loss of the validation rows after the epoch, in the same unit; null without such rows.</summary>
    public double? ValidationLoss { get; }

    /// <summary>The history's <see cref="TrainingHistory.Metric"/> over the epoch's batches, each measured before its step, and in the label's own unit; null without a metric.</summary>
    public double? TrainingMetric { get; internal init; }

    /// <summary>The history's <see cref="TrainingHistory.Metric"/> over the validation rows after the epoch; null without a metric or such rows.</summary>
    public double? ValidationMetric { get; internal init; }

    /// <summary>The learning rate of the epoch's last step. With L-BFGS the length of its step, in directions, as the line search found it; 0 where it found none.</summary>
    public float LearningRate { get; }

    /// <summary>Euclidean norm of the gradient, over all weights and biases, of the mean loss of the epoch's last batch, as it reached the optimizer (without weight decay). One batch's,
    /// so it is noisy, the more so where the last batch has few rows. With L-BFGS of all rows after the iteration, with weight decay. Null in a search for the number of epochs, and in models of versions that didn't record it.</summary>
    public double? GradientNorm { get; internal init; }

    /// <summary>Loss and metric of each of several labels, in the order of the options; empty for one label, and in models of versions that didn't record it.</summary>
    public IReadOnlyList<HeadRecord> Heads { get; internal init; } = HeadRecordList.Empty;

    /// <summary><c>epoch 12: loss 0.1234, validation loss 0.1502, metric 0.961, validation metric 0.952, learning rate 0.001</c>, in the invariant culture.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"epoch {Epoch}: {LossText.Of(TrainingLoss, ValidationLoss, TrainingMetric, ValidationMetric, "metric")}, learning rate {LearningRate:G4}");
}
