namespace MLNet.WeightInit.Engine.Diagnostics.Trainability;

/// <summary>Whether a training will learn, told from its first 20 steps: a rule of its own, beside that of the start.</summary>
internal static class StepForecast
{
    /// <summary>Resource with the rule.</summary>
    public const string Rule = "trainability-steps.txt";

    static readonly Lazy<TrainabilityRule> s_rule = new(() => TrainabilityRule.Load(Rule));

    /// <summary>Null where the rule has no answer: for other figures than it was fitted on.</summary>
    /// <param name="steps">Updates that the training makes.</param>
    public static TrainabilityForecast? Of(IReadOnlyList<double> figures, long steps)
        => s_rule.Value.Probability(figures) is var probability && double.IsNaN(probability) ? null : new TrainabilityForecast(SignificantDigits.Round(probability), steps);
}
