using System.Text;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>A report's theory for people: a share in the first sentence, a line in the text, a table in Markdown.</summary>
internal static class NetworkTheoryText
{
    /// <summary><c>depth budget used 8 %, </c>; nothing for less than two hidden layers.</summary>
    public static string Budget(InitializationReport report)
        => report.Theory is { } theory && report.Layers.Count > 2 ? $"depth budget used {NumberText.Percent(theory.DepthBudget)}, " : "";

    /// <summary>Nothing where there is no theory, or no two hidden layers; without what theory doesn't know, as the growth of gradients where all weights are equal.</summary>
    public static string Line(InitializationReport report)
    {
        if (report.Theory is not { } theory || report.Layers.Count <= 2)
            return "";
        LayerTheory first = theory.Layers[0], last = theory.Layers[^2];
        List<string> parts = [];
        if (!double.IsNaN(theory.GradientGrowth))
            parts.Add($"gradients x{NumberText.Format(Math.Sqrt(theory.GradientGrowth))} a layer{Scale(theory)}");
        if (!double.IsNaN(first.Similarity))
            parts.Add($"two rows' cosine {NumberText.Format(first.Similarity)} in {first.Layer}, {NumberText.Format(last.Similarity)} in {last.Layer}{(double.IsNaN(last.PredictedSimilarity) ? "" : $" (theory {NumberText.Format(last.PredictedSimilarity)}{End(theory)})")}");
        string scales = double.IsNaN(theory.SimilarityDepth) && double.IsNaN(theory.GradientDepth) ? "" : $"depth scales {Depth(theory.SimilarityDepth)} (rows), {Depth(theory.GradientDepth)} (gradients), ";
        return $"Theory: {string.Join("; ", parts.Append($"{scales}1/width adds up to {NumberText.Format(theory.InverseWidth)}"))}.";
    }

    public static void AppendMarkdown(StringBuilder text, InitializationReport report)
    {
        if (report.Theory is not { } theory)
            return;
        if (Line(report) is { Length: > 0 } line)
            text.Append(line).Append("\n\n");
        var table = new TextTable("Layer", "q", "cosine", "theory", "z dev, 95 %", "dL/dz, 95 %");
        foreach (LayerTheory layer in theory.Layers)
            table.Add($"`{layer.Layer}`", NumberText.Format(layer.SecondMoment), NumberText.Format(layer.Similarity), NumberText.Format(layer.PredictedSimilarity),
                Band(layer.LowestDeviation, layer.HighestDeviation), Band(layer.LowestGradientNorm, layer.HighestGradientNorm));
        table.AppendMarkdown(text);
        text.Append('\n');
    }

    /// <summary>A dash where theory has none.</summary>
    static string Band(double lowest, double highest) => double.IsNaN(lowest) ? "-" : $"{NumberText.Format(lowest)} to {NumberText.Format(highest)}";

    static string End(NetworkTheory theory) => double.IsNaN(theory.SimilarityFixedPoint) ? "" : $", in the end {NumberText.Format(theory.SimilarityFixedPoint)}";

    static string Scale(NetworkTheory theory) => theory.FixedPoint switch
    {
        double.NaN => "",
        0 => ", variance dies out",
        double.PositiveInfinity => ", variance has no end",
        _ => $", variance ends at {NumberText.Format(theory.FixedPoint)}",
    };

    static string Depth(double depth) => double.IsNaN(depth) ? "-" : double.IsInfinity(depth) ? "unlimited" : NumberText.Format(depth);
}
