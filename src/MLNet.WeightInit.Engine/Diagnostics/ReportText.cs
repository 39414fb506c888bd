using System.Text;
using MLNet.WeightInit.Engine.Diagnostics.Details;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>A report for the console, at most 100 columns wide.</summary>
internal static class ReportText
{
    const int Width = 100;

    /// <summary>Of a long network the first six layers and the last four are shown: where things start, and where they end.</summary>
    const int FirstRows = 6, LastRows = 4, LongNetwork = 12, LongPlan = 24;

    public static string Write(InitializationReport report)
    {
        var text = new StringBuilder();
        TextTable.AppendWrapped(text, ReportHeadline.Write(report), Width, indent: 0);
        TextTable.AppendWrapped(text, ReportHeadline.Circumstances(report), Width, indent: 0);
        if (NetworkTheoryText.Line(report) is { Length: > 0 } theory)
            TextTable.AppendWrapped(text, theory, Width, indent: 0);
        if (DetailsText.Line(report) is { Length: > 0 } details)
            TextTable.AppendWrapped(text, details, Width, indent: 0);
        text.Append('\n');
        if (report.Layers.Count > 0)
        {
            ReportTables.Layers(report, Elided(Enumerable.Range(0, report.Layers.Count).ToList(), LongNetwork, -1)).AppendText(text, Width);
            text.Append('\n');
        }
        if (report.Embeddings.Count > 0)
        {
            ReportTables.Embeddings(report).AppendText(text, Width);
            text.Append('\n');
        }
        AppendPlan(text, report);
        if (ReportLearningRate.Write(report) is { Length: > 0 } advice)
        {
            text.Append('\n');
            TextTable.AppendWrapped(text, advice, Width, indent: 2);
        }
        AppendFindings(text, report);
        EarlyTrainingText.Append(text, report, Width);
        return text.ToString().TrimEnd('\n');
    }

    static void AppendPlan(StringBuilder text, InitializationReport report)
    {
        List<string> reasons = [];
        ReportTables.Plan(Elided<PlanRun?>(PlanRun.Of(report.Plan), LongPlan, null), reasons).AppendText(text, Width);
        for (int i = 0; i < reasons.Count; i++)
            TextTable.AppendWrapped(text, $"[{i + 1}] {reasons[i]}", Width, indent: 4);
    }

    static void AppendFindings(StringBuilder text, InitializationReport report)
    {
        foreach (Finding finding in report.Findings)
        {
            text.Append('\n');
            TextTable.AppendWrapped(text, $"{finding.Severity}: {finding.Verdict}, {ReportHeadline.LayerRange(report, finding)}: {finding.Evidence}.", Width, indent: 2);
            foreach (string advice in RemedyText.Advice(finding.Remedies))
                TextTable.AppendWrapped(text, $"  {advice}", Width, indent: 6);
        }
    }

    static IEnumerable<TRow> Elided<TRow>(IReadOnlyList<TRow> rows, int longest, TRow gap)
        => rows.Count <= longest ? rows : [.. rows.Take(longest * FirstRows / (FirstRows + LastRows + 2)), gap, .. rows.TakeLast(longest * LastRows / (FirstRows + LastRows + 2))];
}
