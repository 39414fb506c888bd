namespace MLNet.WeightInit;

/// <summary>One short training of a comparison. Losses are means over rows, in the unit of <see cref="EpochRecord.TrainingLoss"/>, kept to six significant digits.</summary>
public sealed record ComparisonTrial
{
    internal ComparisonTrial()
    {
    }

    /// <summary>The seed of the training: a training of these options with it draws the same weights.</summary>
    public required long Seed { get; init; }

    /// <summary>The learning rate of the training.</summary>
    public required float LearningRate { get; init; }

    /// <summary>The initialization report's verdict before the first step.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Loss on the rows kept out, before the first step and at each of <see cref="InitializationComparison.EvaluatedSteps"/> that the training reached with finite numbers.</summary>
    public required IReadOnlyList<double> HeldOutLosses { get; init; }

    /// <summary>Loss on the rows kept out after the last step; <see cref="double.NaN"/> where a number stopped being finite before.</summary>
    public required double HeldOutLoss { get; init; }

    /// <summary>Loss after the last step on as many training rows as are kept out; <see cref="double.NaN"/> where a number stopped being finite before.</summary>
    public required double TrainingLoss { get; init; }

    /// <summary><see cref="InitializationComparison.Metric"/> on the rows kept out after the last step; null without one, <see cref="double.NaN"/> where a number stopped being finite before.</summary>
    public required double? Metric { get; init; }

    /// <summary>Steps after which the loss on the rows kept out was first measured to be no more than <see cref="InitializationComparison.TargetLoss"/>; null where it never was.</summary>
    public int? StepsToTarget { get; init; }

    /// <summary>True where a number stopped being finite, or the rows kept out ended no better than with the best constant (than before the first step, where the best constant isn't known).</summary>
    public bool HasFailed { get; init; }
}
