using System.Globalization;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>The sentences that a report starts with.</summary>
internal static class ReportHeadline
{
    /// <summary><c>Healthy: signal 1.00 to 0.98 over 30 hidden layers (theory 1.00), …</c>, or the verdict with its evidence.</summary>
    public static string Write(InitializationReport report)
    {
        if (report.Level == DiagnosticsLevel.Off)
            return "Not measured: Diagnostics is Off, so this is the plan alone.";
        if (report.Verdict == Verdict.Healthy)
            return $"Healthy{Notes(report)}: {Signal(report)}{NetworkTheoryText.Budget(report)}initial loss {NumberText.Format(report.InitialLoss)}{Prior(report)}.";
        Finding gravest = report.Findings.First(finding => finding.Verdict == report.Verdict && finding.Severity >= Severity.Warning);
        string remedy = RemedyText.Helpful(gravest.Remedies) is [var first, ..] ? $" Try {RemedyText.WithEffect(first)}." : gravest.Remedies.Count > 0 ? " No remedy that was tried in memory helps by itself." : "";
        return $"{report.Verdict}: {gravest.Evidence}.{remedy}";
    }

    /// <summary>What the verdict is about: the training, and the rows that were looked at.</summary>
    public static string Circumstances(InitializationReport report)
        => report.Level == DiagnosticsLevel.Off
            ? string.Create(CultureInfo.InvariantCulture, $"Planned for {report.Optimizer}{Rate(report.Optimizer, report.LearningRate)}; seed {report.Seed}.")
            : string.Create(CultureInfo.InvariantCulture,
                $"Judged for {report.Optimizer}{Rate(report.Optimizer, report.LearningRate)}, measured on {report.ProbeRows:#,0} training rows "
                + $"before the first step; seed {report.Seed}.{Forecast(report)}{Trial(report)}{Draws(report)}");

    static string Forecast(InitializationReport report)
        => report.Forecast is { } forecast ? string.Create(CultureInfo.InvariantCulture, $" The chance that it learns in {forecast.Steps:#,0} steps: {NumberText.Percent(forecast.Probability)}{forecast.Caveat}.{Reliability(report)}") : "";

    static string Trial(InitializationReport report) => report.Trial is { } trial ? $" {char.ToUpperInvariant(trial.Text[0])}{trial.Text[1..]}{trial.End}." : "";

    static string Draws(InitializationReport report)
    {
        if (report.Draws is not { } draws)
            return "";
        string figures = string.Concat(draws.Figures.Where(figure => double.IsFinite(figure.Lowest)).Select(figure => $"; {figure.Name} {JudgedFigures.Text(figure.Name, figure.Lowest)} to {JudgedFigures.Text(figure.Name, figure.Highest)}"));
        return string.Create(CultureInfo.InvariantCulture, $" Of {draws.Count} draws of the weights {draws.Verdicts.Count(verdict => verdict == draws.Verdicts[0])} give this verdict{figures}.");
    }

    static string Reliability(InitializationReport report)
        => report.Reliability is not { } rates ? "" : string.Create(CultureInfo.InvariantCulture, $" Verdicts miss {rates.MissRate:P0} of the trainings that fail and give a false alarm for {rates.FalseAlarmRate:P0} of those that learn; of {rates.Trainings} that were ")
            + string.Create(CultureInfo.InvariantCulture, $"{report.Verdict} {rates.Learned / (double)rates.Trainings:P0} learned.");

    /// <summary>Nothing for L-BFGS, whose steps a line search finds: the option's rate is none of its own.</summary>
    public static string Rate(string optimizer, float rate)
        => optimizer.StartsWith(Lbfgs.CanonicalName, StringComparison.Ordinal) ? "" : string.Create(CultureInfo.InvariantCulture, $" at a learning rate of {rate:R}");

    /// <summary><c>hidden[0]</c>, or <c>hidden[0] to hidden[29]</c>.</summary>
    public static string LayerRange(InitializationReport report, Finding finding)
    {
        string first = Name(report, finding.FirstLayer), last = Name(report, finding.LastLayer);
        return first == last ? first : $"{first} to {last}";
    }

    static string Signal(InitializationReport report)
    {
        int hidden = report.Layers.Count - 1;
        if (hidden <= 0)
            return "a linear model, ";
        LayerStatistics first = report.Layers[0], last = report.Layers[hidden - 1];
        string dead = last.DeadFraction > 0 ? $"dead units {NumberText.Percent(last.DeadFraction)} (theory {NumberText.Percent(last.PredictedDeadFraction)}), " : "";
        if (hidden == 1)
            return $"signal {NumberText.Format(first.PreActivationDeviation)} in the hidden layer (theory {NumberText.Format(first.PredictedDeviation)}), {dead}";
        double ratio = first.PreActivationGradientNorm / last.PreActivationGradientNorm, predicted = first.PredictedGradientNorm / last.PredictedGradientNorm;
        string gradient = double.IsFinite(ratio) && double.IsFinite(predicted)
            ? $"gradient x{NumberText.Format(ratio)} on its way back (theory x{NumberText.Format(predicted)}), "
            : "";
        return $"signal {NumberText.Format(first.PreActivationDeviation)} to {NumberText.Format(last.PreActivationDeviation)} "
            + $"over {hidden} hidden layers (theory {NumberText.Format(last.PredictedDeviation)}), {gradient}{dead}";
    }

    /// <summary>A healthy network may owe it to its optimizer, which the notes then say.</summary>
    static string Notes(InitializationReport report) => report.Findings.Count switch
    {
        0 => "",
        1 => $", with a note on {report.Findings[0].Verdict}",
        _ => $", with notes on {string.Join(", ", report.Findings.Select(finding => finding.Verdict).Distinct())}",
    };

    static string Prior(InitializationReport report) => double.IsNaN(report.PriorLoss) ? "" : $" (best constant {NumberText.Format(report.PriorLoss)})";

    static string Name(InitializationReport report, int layer) => (uint)layer < (uint)report.Layers.Count ? report.Layers[layer].Layer : $"layer {layer}";
}
