using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;

namespace MLNet.WeightInit;

/// <summary>Whether a training will learn, told from its start.</summary>
/// <remarks>
/// A rule of boosted trees on figures of the untrained network, the optimizer and the number of steps, fitted on random trainings of some data sets and judged on others:
/// <c>docs/benchmarks/trainability.md</c> has the figures. "To learn" means there to close a fifth of the gap between the loss of the best constant and that of the best training of the same data.
/// </remarks>
/// <param name="Probability">Chance that the training learns, from 0 to 1. It is calibrated: of trainings with 0.8, eight of ten learn.</param>
/// <param name="Steps">Updates of the training that was judged: a slow start may learn in more.</param>
public sealed record TrainabilityForecast(double Probability, long Steps)
{
    static readonly Lazy<TrainabilityRule> s_rule = new(() => TrainabilityRule.Load("trainability.txt"));

    /// <summary>Null where the rule has no answer: for other figures than it was fitted on.</summary>
    internal static TrainabilityForecast? Of(IReadOnlyList<double> figures, long steps)
        => s_rule.Value.Probability(figures) is var probability && double.IsNaN(probability) ? null : new TrainabilityForecast(SignificantDigits.Round(probability), steps);
}
