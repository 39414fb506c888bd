using System.Globalization;
using System.Text;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>What training did, in a report's text: two sentences and its findings; as Markdown with a table of the layers.</summary>
internal static class EarlyTrainingText
{
    public static void Append(StringBuilder text, InitializationReport report, int width)
    {
        if (report.EarlyTraining is not { } trained)
            return;
        text.Append('\n');
        TextTable.AppendWrapped(text, Sentences(trained), width, indent: 2);
        foreach (Finding finding in trained.Findings)
        {
            text.Append('\n');
            TextTable.AppendWrapped(text, $"{finding.Severity} after training: {finding.Verdict}, {Range(trained, finding)}: {finding.Evidence}.", width, indent: 2);
            foreach (string advice in RemedyText.Advice(finding.Remedies))
                TextTable.AppendWrapped(text, $"  {advice}", width, indent: 6);
        }
    }

    public static void AppendMarkdown(StringBuilder text, InitializationReport report)
    {
        if (report.EarlyTraining is not { } trained)
            return;
        text.Append('\n').Append(Sentences(trained)).Append("\n\n");
        var table = new TextTable("Layer", string.Create(CultureInfo.InvariantCulture, $"update, step {trained.Steps.Count}"), "moved", "zero before", "zero", "dead before", "dead", "satur. before", "satur.");
        foreach (LayerChange layer in trained.Layers)
            table.Add(layer.Layer, NumberText.Format(layer.UpdateRatios[^1]), NumberText.Format(layer.Movement), NumberText.Percent(layer.ZeroFractionBefore), NumberText.Percent(layer.ZeroFraction), NumberText.Percent(layer.DeadFractionBefore),
                NumberText.Percent(layer.DeadFraction), NumberText.Percent(layer.SaturatedFractionBefore), NumberText.Percent(layer.SaturatedFraction));
        table.AppendMarkdown(text);
        if (trained.Findings.Count == 0)
            return;
        text.Append('\n');
        var findings = new TextTable("After training", "Verdict", "Layers", "Evidence", "Remedies");
        foreach (Finding finding in trained.Findings)
            findings.Add(finding.Severity.ToString(), finding.Verdict.ToString(), Range(trained, finding), finding.Evidence, string.Join("<br>", finding.Remedies.Select(remedy => $"`{remedy}`")));
        findings.AppendMarkdown(text);
    }

    static string Sentences(EarlyTraining trained)
    {
        EarlyStep first = trained.Steps[0], last = trained.Steps[^1];
        string course = trained.Steps.Count == 1 ? $"The only step: loss {NumberText.Format(first.Loss)}, gradient norm {NumberText.Format(first.GradientNorm)}"
            : string.Create(CultureInfo.InvariantCulture, $"The first {trained.Steps.Count} steps: loss {NumberText.Format(first.Loss)} to {NumberText.Format(last.Loss)}, gradient norm {NumberText.Format(first.GradientNorm)} to {NumberText.Format(last.GradientNorm)}");
        string updates = Span(trained.Layers.Select(layer => layer.UpdateRatios[^1])) is { Length: > 0 } ratios ? $", the last one by {ratios} of a layer's weights" : "";
        string moved = Span(trained.Layers.Select(layer => layer.Movement)) is { Length: > 0 } movement ? $" Training moved layers by {movement} of their weights{Dead(trained)}." : "";
        string chance = trained.Forecast is { } forecast ? string.Create(CultureInfo.InvariantCulture, $" After them the chance that it learns in {forecast.Steps:#,0}: {NumberText.Percent(forecast.Probability)}{forecast.Caveat}.") : "";
        return $"{course}{updates}.{chance}{moved}";
    }

    static string Dead(EarlyTraining trained)
    {
        double before = trained.Layers.Max(layer => layer.DeadFractionBefore), after = trained.Layers.Max(layer => layer.DeadFraction);
        return before > 0 || after > 0 ? $"; most dead units in a layer {NumberText.Percent(before)} before, {NumberText.Percent(after)} after" : "";
    }

    /// <summary><c>0.0012 to 0.0041</c>; empty where no number is finite.</summary>
    static string Span(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite).Order()];
        return finite.Length == 0 ? "" : NumberText.Format(finite[0]) is var lowest && NumberText.Format(finite[^1]) is var highest && lowest == highest ? lowest : $"{lowest} to {highest}";
    }

    static string Range(EarlyTraining trained, Finding finding)
    {
        string first = trained.Layers[finding.FirstLayer].Layer, last = trained.Layers[finding.LastLayer].Layer;
        return first == last ? first : $"{first} to {last}";
    }
}
