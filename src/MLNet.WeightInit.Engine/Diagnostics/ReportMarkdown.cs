using System.Text;
using MLNet.WeightInit.Engine.Diagnostics.Details;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>A report as Markdown, complete.</summary>
internal static class ReportMarkdown
{
    public static string Write(InitializationReport report)
    {
        var text = new StringBuilder();
        text.Append("**").Append(ReportHeadline.Write(report)).Append("**\n\n").Append(ReportHeadline.Circumstances(report)).Append("\n\n");
        if (report.Layers.Count > 0)
        {
            ReportTables.Layers(report, Enumerable.Range(0, report.Layers.Count)).AppendMarkdown(text);
            text.Append('\n');
        }
        if (report.Embeddings.Count > 0)
        {
            ReportTables.Embeddings(report).AppendMarkdown(text);
            text.Append('\n');
        }
        NetworkTheoryText.AppendMarkdown(text, report);
        DetailsText.AppendMarkdown(text, report);
        List<string> reasons = [];
        ReportTables.Plan(report.Plan.Select(tensor => new PlanRun(tensor, tensor)), reasons).AppendMarkdown(text);
        text.Append('\n');
        for (int i = 0; i < reasons.Count; i++)
            text.Append(i + 1).Append(". ").Append(reasons[i]).Append('\n');
        if (ReportLearningRate.Write(report) is { Length: > 0 } advice)
            text.Append('\n').Append(advice).Append('\n');
        EarlyTrainingText.AppendMarkdown(text, report);
        if (report.Findings.Count == 0)
            return text.ToString();
        text.Append('\n');
        var table = new TextTable("Severity", "Verdict", "Layers", "Evidence", "Remedies");
        foreach (Finding finding in report.Findings)
        {
            string remedies = string.Join("<br>", finding.Remedies.Select(remedy => remedy.Effect is { } effect ? $"`{remedy}` ({effect}{(effect.Helps ? "" : ": no help")})" : $"`{remedy}`"));
            table.Add(finding.Severity.ToString(), finding.Verdict.ToString(), ReportHeadline.LayerRange(report, finding), finding.Evidence, remedies);
        }
        table.AppendMarkdown(text);
        return text.ToString();
    }
}
