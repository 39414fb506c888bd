using System.Globalization;
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
    /// <summary>Steps of the shortest training that the rule was fitted on, and that of <see cref="EarlyTraining"/>.</summary>
    internal const int FewestSteps = 150;

    /// <summary>Whether the training has fewer steps than any that the rule was fitted on, which had 150 to 678. It is a guess then, and the text says so: the rule can't tell ten steps from a hundred.</summary>
    public bool IsExtrapolated => Steps < FewestSteps;

    /// <summary>What a text adds to a guess; empty for others.</summary>
    internal string Caveat => IsExtrapolated ? string.Create(CultureInfo.InvariantCulture, $" (a guess: it was fitted on trainings of {FewestSteps} and more)") : "";

    static readonly Lazy<TrainabilityRule> s_rule = new(() => TrainabilityRule.Load("trainability.txt"));

    /// <summary>Null where the rule has no answer: for other figures than it was fitted on.</summary>
    internal static TrainabilityForecast? Of(IReadOnlyList<double> figures, long steps)
        => s_rule.Value.Probability(figures) is var probability && double.IsNaN(probability) ? null : new TrainabilityForecast(SignificantDigits.Round(probability), steps);
}
