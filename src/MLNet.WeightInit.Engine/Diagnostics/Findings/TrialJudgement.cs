namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>What a training's end says of its start: it goes before rules and forecast. A warning of a training that has learned is a note, and one that failed without a warning gets one.</summary>
internal static class TrialJudgement
{
    /// <summary>A loss as far above where it started and above the best constant's.</summary>
    const double FarAbove = 1.5;

    /// <summary>A decade: the step by which rates that are too high are usually corrected.</summary>
    const double Decade = 10;

    /// <summary>Null where the trial decides nothing.</summary>
    public static IEnumerable<Finding>? Apply(IReadOnlyList<Finding> findings, StartTrial trial, JudgedTraining training) => Apply(findings, TrainingEnd.Of(trial), training);

    /// <summary>Null where the end decides nothing.</summary>
    public static IEnumerable<Finding>? Apply(IReadOnlyList<Finding> findings, TrainingEnd end, JudgedTraining training)
    {
        if (end.HasLearned(training.LabelShare) is not { } hasLearned)
            return null;
        if (hasLearned)
            return findings.Select(finding => IsMended(finding, end) ? finding.WithSeverity(Severity.Note, $"{finding.Evidence}; {end.Text} all the same") : finding);
        return findings.Any(finding => finding.Severity >= Severity.Warning) ? findings : [.. findings, Explain(training, end) with { Judged = new JudgedFigure(JudgedFigures.TrialEnd, SignificantDigits.Round(end.Loss)) }];
    }

    /// <summary>Twins learn by what one unit can, and stay twins; all else is mended by a whole training that learned, and a warning by its beginning.</summary>
    static bool IsMended(Finding finding, TrainingEnd end)
        => finding.Severity == Severity.Warning || (finding.Severity == Severity.Error && end.Steps > 0 && finding.Verdict is not (Verdict.Symmetric or Verdict.NonFinite));

    static string[] Slower(JudgedTraining training) => training.Traits.HasLearningRate ? [Remedy.Rate(training.LearningRate / Decade)] : [];

    /// <remarks>Where the batches' loss fell below the best constant's, the probe may lack the few rows that decide the mean.</remarks>
    static Finding Explain(JudgedTraining training, TrainingEnd end)
    {
        bool hasDiverged = !double.IsFinite(end.Loss);
        return hasDiverged || (end.Loss > FarAbove * Math.Max(end.BestConstantLoss, training.InitialLoss) && !(end.EpochLoss < training.PriorLoss))
            ? new Finding(Verdict.LrUnstable, hasDiverged ? Severity.Error : Severity.Warning, 0, training.HiddenLayers, end.Text, [.. Slower(training), Remedy.Auto])
            : ForecastJudgement.OfEnd(training, end.Text);
    }
}
