namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>What a training's end says of its start: it goes before rules and forecast. A warning of a training that has learned is a note, and one that failed without a warning gets one.</summary>
internal static class TrialJudgement
{
    /// <summary>A loss as far above where it started and above the best constant's.</summary>
    const double FarAbove = 1.5;

    /// <summary>A decade: the step by which rates that are too high are usually corrected.</summary>
    const double Decade = 10;

    /// <summary>Of the training rows' prior loss: what the probe's must be at least to stand for them.</summary>
    const double LeastShareOfPrior = 0.25;

    /// <summary>Null where the trial decides nothing.</summary>
    public static IEnumerable<Finding>? Apply(IReadOnlyList<Finding> findings, StartTrial trial, JudgedTraining training) => Apply(findings, TrainingEnd.Of(trial), training);

    /// <summary>Null where the end decides nothing.</summary>
    public static IEnumerable<Finding>? Apply(IReadOnlyList<Finding> findings, TrainingEnd end, JudgedTraining training)
    {
        end = Representative(end, training);
        if (end.HasLearned(training.Traits.Reconstructs ? 0 : training.LabelShare) is not { } hasLearned)
            return null;
        if (hasLearned)
            return findings.Select(finding => IsMended(finding, end) ? finding.WithSeverity(Severity.Note, $"{finding.Evidence}; {end.Text} all the same") : finding);
        return findings.Any(finding => finding.Severity >= Severity.Warning) ? findings : [.. findings, Explain(training, end) with { Judged = new JudgedFigure(JudgedFigures.TrialEnd, SignificantDigits.Round(end.Loss)) }];
    }

    /// <summary>Of labels with long tails the probe may lack the few rows that decide the mean: then all rows say how the training ended, by its last epoch.</summary>
    static TrainingEnd Representative(TrainingEnd end, JudgedTraining training)
        => double.IsFinite(end.Loss) && double.IsFinite(end.EpochLoss) && end.BestConstantLoss < LeastShareOfPrior * training.PriorLoss ? end with { Loss = end.EpochLoss, BestConstantLoss = training.PriorLoss } : end;

    /// <summary>Twins learn by what one unit can, and stay twins; all else is mended by a whole training that learned, and a warning by its beginning.</summary>
    static bool IsMended(Finding finding, TrainingEnd end)
        => finding.Severity == Severity.Warning || (finding.Severity == Severity.Error && end.Steps > 0 && finding.Verdict is not (Verdict.Symmetric or Verdict.NonFinite));

    static string[] Slower(JudgedTraining training) => training.Traits.HasLearningRate ? [Remedy.Rate(training.LearningRate / Decade)] : [];

    static Finding Explain(JudgedTraining training, TrainingEnd end)
    {
        bool hasDiverged = !double.IsFinite(end.Loss);
        return hasDiverged || (end.Loss > FarAbove * Math.Max(end.BestConstantLoss, training.InitialLoss))
            ? new Finding(Verdict.LrUnstable, hasDiverged ? Severity.Error : Severity.Warning, 0, training.HiddenLayers, end.Text, [.. Slower(training), Remedy.Auto])
            : ForecastJudgement.OfEnd(training, end.Text);
    }
}
