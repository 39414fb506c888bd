using System.Globalization;

namespace MLNet.WeightInit;

/// <summary>One step of a search for the learning rate.</summary>
public sealed record LearningRatePoint
{
    internal LearningRatePoint(float learningRate, double loss, double smoothedLoss)
    {
        LearningRate = learningRate;
        Loss = loss;
        SmoothedLoss = smoothedLoss;
    }

    /// <summary>The rate of the step.</summary>
    public float LearningRate { get; }

    /// <summary>Mean loss of the step's batch before the step, in the unit of <see cref="EpochRecord.TrainingLoss"/>.</summary>
    public double Loss { get; }

    /// <summary>Mean of the losses so far, the latest counting most: each step keeps 0.98 of it, corrected for the start.</summary>
    public double SmoothedLoss { get; }

    /// <summary><c>learning rate 0.001: loss 0.1234, smoothed 0.1502</c>, in the invariant culture.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"learning rate {LearningRate:G4}: loss {Loss:G4}, smoothed {SmoothedLoss:G4}");
}
