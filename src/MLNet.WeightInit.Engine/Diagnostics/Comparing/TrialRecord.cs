using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Comparing;

/// <summary>A training that ran, before a target is known.</summary>
/// <param name="Candidate">Index of its initializer.</param>
/// <param name="Seed">Counted from the first.</param>
/// <param name="RateIndex">Of <see cref="ComparisonSetup.LearningRates"/>.</param>
internal sealed record TrialRecord(int Candidate, int Seed, int RateIndex, TrainingTrial Trial, Verdict Verdict);

/// <summary>What all trainings of a comparison have in common.</summary>
internal sealed record ComparisonSetup
{
    public required IReadOnlyList<string> Initializers { get; init; }
    public required long FirstSeed { get; init; }
    public required int Seeds { get; init; }
    public required int Steps { get; init; }
    public required string Optimizer { get; init; }

    /// <summary>In ascending order.</summary>
    public required IReadOnlyList<float> LearningRates { get; init; }

    /// <summary>The options' own rate among them.</summary>
    public required int OwnRate { get; init; }

    /// <summary>0 without a sweep.</summary>
    public required int SweepSeeds { get; init; }
    public required string Loss { get; init; }

    /// <summary>False where the loss may be negative, or nobody knows.</summary>
    public required bool LossIsNonNegative { get; init; }
    public required string? Metric { get; init; }

    /// <summary>What the metric can be.</summary>
    public (double Lowest, double Highest) MetricRange { get; init; } = (double.NegativeInfinity, double.PositiveInfinity);
    public required bool HigherMetricIsBetter { get; init; }
    public required int TrainingRows { get; init; }
    public required int HeldOutRows { get; init; }
    public required double? TargetLoss { get; init; }
    public required double Confidence { get; init; }
    public required IntervalMethod Method { get; init; }
}
