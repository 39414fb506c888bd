using System.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>A report for the console: plain ASCII, at most 100 columns.</summary>
internal static class ReportText
{
    const int Width = 100;

    /// <summary>Of a long network the first six layers and the last four are shown: where things start, and where they end.</summary>
    const int FirstRows = 6, LastRows = 4, LongNetwork = 12;

    public static string Write(InitializationReport report)
    {
        var text = new StringBuilder();
        TextTable.AppendWrapped(text, ReportHeadline.Write(report), Width, indent: 0);
        TextTable.AppendWrapped(text, ReportHeadline.Circumstances(report), Width, indent: 0);
        text.Append('\n');
        ReportTables.Layers(report, Elided(report.Layers.Count)).AppendText(text, Width);
        text.Append('\n');
        AppendPlan(text, report);
        AppendFindings(text, report);
        return text.ToString().TrimEnd('\n');
    }

    static void AppendPlan(StringBuilder text, InitializationReport report)
    {
        List<string> reasons = [];
        ReportTables.Plan(report, ElidedPlan(report), reasons).AppendText(text, Width);
        for (int i = 0; i < reasons.Count; i++)
            TextTable.AppendWrapped(text, $"[{i + 1}] {reasons[i]}", Width, indent: 4);
    }

    static void AppendFindings(StringBuilder text, InitializationReport report)
    {
        foreach (Finding finding in report.Findings)
        {
            text.Append('\n');
            TextTable.AppendWrapped(text, $"{finding.Severity}: {finding.Verdict}, {ReportHeadline.LayerRange(report, finding)}: {finding.Evidence}.", Width, indent: 2);
            if (finding.Remedies.Count > 0)
                TextTable.AppendWrapped(text, $"  Try {string.Join("  or  ", finding.Remedies)}", Width, indent: 6);
        }
    }

    /// <summary>The layers to show; −1 stands for the gap.</summary>
    static IEnumerable<int> Elided(int count)
        => count <= LongNetwork ? Enumerable.Range(0, count) : [.. Enumerable.Range(0, FirstRows), -1, .. Enumerable.Range(count - LastRows, LastRows)];

    /// <summary>The tensors of the layers that are shown.</summary>
    static IEnumerable<int> ElidedPlan(InitializationReport report)
    {
        int layers = report.Layers.Count;
        foreach (int layer in Elided(layers))
        {
            if (layer < 0)
            {
                yield return -1;
                continue;
            }
            for (int row = 0; row < report.Plan.Count; row++)
                if (report.Plan[row].Shape.LayerIndex == layer)
                    yield return row;
        }
    }
}
