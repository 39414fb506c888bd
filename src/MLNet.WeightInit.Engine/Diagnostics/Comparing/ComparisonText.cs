using System.Globalization;
using System.Text;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics.Comparing;

/// <summary>A comparison for people: text of at most 100 columns, or Markdown.</summary>
internal static class ComparisonText
{
    const int Width = 100;

    public static string Write(InitializationComparison comparison)
    {
        var text = new StringBuilder();
        TextTable.AppendWrapped(text, Headline(comparison), Width, indent: 0);
        TextTable.AppendWrapped(text, Circumstances(comparison), Width, indent: 0);
        text.Append('\n');
        Losses(comparison).AppendText(text, Width);
        text.Append('\n');
        Quality(comparison).AppendText(text, Width);
        text.Append('\n');
        Costs(comparison).AppendText(text, Width);
        text.Append('\n');
        TextTable.AppendWrapped(text, Notes(comparison), Width, indent: 0);
        TextTable.AppendWrapped(text, comparison.Coverage, Width, indent: 0);
        return text.ToString().TrimEnd('\n');
    }

    public static string WriteMarkdown(InitializationComparison comparison)
    {
        var text = new StringBuilder();
        text.Append("**").Append(Headline(comparison)).Append("**\n\n").Append(Circumstances(comparison)).Append("\n\n");
        Losses(comparison).AppendMarkdown(text);
        text.Append('\n');
        Quality(comparison).AppendMarkdown(text);
        text.Append('\n');
        Costs(comparison).AppendMarkdown(text);
        text.Append('\n').Append(Notes(comparison)).Append("\n\n").Append(comparison.Coverage).Append('\n');
        return text.ToString();
    }

    /// <summary>Says of the best no more than its interval does.</summary>
    static string Headline(InitializationComparison comparison)
    {
        CandidateResult reference = comparison.Candidates[0], best = comparison.Ranking[0];
        string loss = $"a loss of {NumberText.Format(best.HeldOutLoss.Value)} on rows kept out after {Count(comparison.Steps, "step")}";
        if (best.FailedShare == 1)
            return $"No initializer learned anything: {best.Initializer} ends best, with {loss}, and that is no better than the best constant.";
        if (best.FailedShare > 0.5)
            return $"No initializer learns from most of its seeds: {best.Initializer} ends best, with {loss}, and {NumberText.Percent(best.FailedShare)} of its trainings end no better than the best constant.";
        if (comparison.Candidates.Count == 1)
            return $"{best.Initializer}: {loss}.";
        CandidateResult other = best.Rank == reference.Rank ? comparison.Ranking[1] : best;
        if (other.LossDifference!.Value == 0)
            return $"{best.Initializer} and {(other == best ? reference : other).Initializer} end alike, best of {comparison.Candidates.Count}, with {loss}.";
        string difference = $"{NumberText.Format(Math.Abs(other.LossDifference!.Value))} below {(other == best ? reference : other).Initializer}'s (p {NumberText.Format(other.AdjustedPValue!.Value)} after Holm)";
        return other.AdjustedPValue <= 1 - comparison.Confidence
            ? $"{best.Initializer} ends best of {comparison.Candidates.Count}: {loss}, {difference}."
            : $"{best.Initializer} ends best of {comparison.Candidates.Count}, with {loss}, but {difference} is within what the seeds do.";
    }

    static string Circumstances(InitializationComparison comparison) => string.Create(CultureInfo.InvariantCulture,
        $"Trained with {comparison.Optimizer}{ReportHeadline.Rate(comparison.Optimizer, comparison.LearningRate)}, from seeds {comparison.FirstSeed} to {comparison.FirstSeed + comparison.Seeds - 1}; the loss is {comparison.Loss}.");

    static TextTable Losses(InitializationComparison comparison)
    {
        var table = new TextTable("Initializer", "loss", "interval", $"less {Short(comparison.Candidates[0].Initializer)}'s", "interval", "p (Holm)");
        foreach (CandidateResult candidate in comparison.Ranking)
            table.Add(
                candidate.Initializer,
                NumberText.Format(candidate.HeldOutLoss.Value),
                Interval(candidate.HeldOutLoss),
                Value(candidate.LossDifference),
                Interval(candidate.LossDifference),
                candidate.AdjustedPValue is { } p ? NumberText.Format(p) : "-");
        return table;
    }

    static TextTable Quality(InitializationComparison comparison)
    {
        var table = new TextTable("Initializer", comparison.Metric ?? "metric", "interval", "gap", "dev", "interval", "failed");
        foreach (CandidateResult candidate in comparison.Ranking)
            table.Add(
                candidate.Initializer,
                Value(candidate.Metric),
                Interval(candidate.Metric),
                Value(candidate.Gap),
                NumberText.Format(candidate.Deviation.Value),
                Interval(candidate.Deviation),
                NumberText.Percent(candidate.FailedShare));
        return table;
    }

    static TextTable Costs(InitializationComparison comparison)
    {
        var table = new TextTable("Initializer", "reached", "steps", "interval", "lr decades", "calibration", "to target", "place by cost");
        foreach (CandidateResult candidate in comparison.CostRanking)
            table.Add(
                candidate.Initializer,
                candidate.ReachedShare is { } share ? NumberText.Percent(share) : "-",
                Value(candidate.StepsToTarget),
                Interval(candidate.StepsToTarget),
                candidate.LearningRateDecades is { } decades ? NumberText.Format(decades) : "-",
                Operations(candidate.CalibrationOperations),
                candidate.OperationsToTarget is { } operations ? Operations(operations) : "-",
                candidate.CostRank.ToString(CultureInfo.InvariantCulture));
        return table;
    }

    /// <summary>What the columns are.</summary>
    static string Notes(InitializationComparison comparison)
    {
        var notes = new StringBuilder();
        notes.Append(comparison.TargetLoss is { } target
            ? $"The target is a loss of {NumberText.Format(target)} on the rows kept out; a seed that doesn't reach it counts with all {Count(comparison.Steps, "step")}."
            : "No initializer got below the best constant, so there is no target.");
        if (!double.IsNaN(comparison.BestConstantLoss))
            notes.Append($" The best constant has {NumberText.Format(comparison.BestConstantLoss)}.");
        notes.Append(" Gap: loss on rows kept out less that on training rows. Dev: deviation over seeds. Costs are floating-point operations, calibration included.");
        if (comparison.SweepSeeds > 0)
            notes.Append(string.Create(CultureInfo.InvariantCulture,
                $" Lr decades: how wide the range of learning rates is that reach the target, of {comparison.LearningRates.Count} rates from {comparison.LearningRates[0]:G3} to {comparison.LearningRates[^1]:G3}, over {Count(comparison.SweepSeeds, "seed")}."));
        return notes.ToString();
    }

    static string Value(IntervalEstimate? estimate) => estimate is null ? "-" : NumberText.Format(estimate.Value);

    static string Interval(IntervalEstimate? estimate) => estimate is null ? "-" : $"{NumberText.Format(estimate.Lower)}..{NumberText.Format(estimate.Upper)}";

    static string Operations(double count) => count switch
    {
        0 => "0",
        >= 1e12 when double.IsFinite(count) => $"{NumberText.Format(count / 1e12)} TFLOP",
        >= 1e9 when double.IsFinite(count) => $"{NumberText.Format(count / 1e9)} GFLOP",
        _ => double.IsFinite(count) ? $"{NumberText.Format(count / 1e6)} MFLOP" : "never",
    };

    static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {what}{(count == 1 ? "" : "s")}");

    static string Short(string initializer) => initializer.Length <= 12 ? initializer : $"{initializer[..9]}...";
}
