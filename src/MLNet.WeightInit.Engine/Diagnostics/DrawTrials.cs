using MLNet.WeightInit.Engine.Diagnostics.Comparing;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Draws the weights of a report's network again, several times, to see what of the verdict is the draw's.</summary>
internal static class DrawTrials
{
    public const int Draws = 5;

    /// <summary>Where each takes half a second: of a network of so many parameters.</summary>
    const int LargeDraws = 3, LargeFrom = 1 << 22;

    /// <param name="rebuild">Plans, fills and measures a network of changed options on the same rows.</param>
    public static WeightDraws Measure(InitializationReport report, TrainingOptions options, Func<TrainingOptions, InitializationReport> rebuild)
    {
        long parameters = report.Plan.Sum(tensor => (long)tensor.Shape.Count);
        InitializationReport[] draws = [report, .. Enumerable.Range(1, (parameters < LargeFrom ? Draws : LargeDraws) - 1).Select(draw => rebuild(options with { FillSeed = options.Seed + draw }))];
        DrawnFigure[] figures = [.. report.Findings.Where(finding => finding.Judged is not null).GroupBy(finding => finding.Judged!.Name, StringComparer.Ordinal).Select(group => Drawn(group.First(), draws))];
        return new WeightDraws([.. draws.Select(draw => draw.Verdict)], figures);
    }

    static DrawnFigure Drawn(Finding finding, InitializationReport[] draws)
    {
        string name = finding.Judged!.Name;
        // A draw may lack the figure: one that another rule judges first has no forecast.
        double[] values = [.. draws.Select(draw => draw.FigureOf(name)).OfType<double>().DefaultIfEmpty(double.NaN)];
        return new DrawnFigure(name, values.Min(), SeedStatistics.MedianOf(values), values.Max());
    }
}
