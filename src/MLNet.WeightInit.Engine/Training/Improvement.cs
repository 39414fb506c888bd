using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>What makes an epoch better than the best one before it.</summary>
/// <param name="Metric">Decides; null: the loss.</param>
/// <param name="Minimum">Only a difference above this counts; at least 0.</param>
internal readonly record struct Improvement(Metric? Metric, double Minimum)
{
    public static Improvement Of(TrainingOptions options) => new(options.Metric, options.MinimumImprovement);

    bool HigherIsBetter => Metric is { HigherIsBetter: true };

    /// <summary>Worse than every value.</summary>
    public double Worst => HigherIsBetter ? double.NegativeInfinity : double.PositiveInfinity;

    /// <summary>False for NaN.</summary>
    public bool IsBetter(double value, double best) => HigherIsBetter ? value > best + Minimum : value < best - Minimum;

    /// <summary>The value of an epoch that decides.</summary>
    public double Choose(double validationLoss, double? validationMetric) => Metric is null ? validationLoss : validationMetric ?? double.NaN;

    /// <summary>What it has where it is best: <c>lowest loss</c>.</summary>
    public string BestValue => $"{(HigherIsBetter ? "highest" : "lowest")} {this}";

    /// <summary>What is watched, for a sentence.</summary>
    public override string ToString() => Metric?.Name ?? "loss";
}
