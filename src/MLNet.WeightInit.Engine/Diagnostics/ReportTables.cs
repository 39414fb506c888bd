using MLNet.WeightInit.Engine.Text;
namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>The report's two tables, for text and Markdown alike.</summary>
internal static class ReportTables
{
    /// <param name="rows">Indexes of layers; −1 stands for a gap.</param>
    public static TextTable Layers(InitializationReport report, IEnumerable<int> rows)
    {
        var table = new TextTable("Layer", "Size", "z mean", "z dev", "theory", "zero", "satur.", "dead", "theory", "dL/dz", "theory", "dL/dW", "W dev");
        foreach (int row in rows)
        {
            if (row < 0)
            {
                table.AddGap();
                continue;
            }
            LayerStatistics layer = report.Layers[row];
            table.Add(
                layer.Layer,
                $"{layer.Inputs}-{layer.Outputs}",
                NumberText.Format(layer.PreActivationMean),
                NumberText.Format(layer.PreActivationDeviation),
                NumberText.Format(layer.PredictedDeviation),
                NumberText.Percent(layer.ZeroFraction),
                NumberText.Percent(layer.SaturatedFraction),
                NumberText.Percent(layer.DeadFraction),
                NumberText.Percent(layer.PredictedDeadFraction),
                NumberText.Format(layer.PreActivationGradientNorm),
                NumberText.Format(layer.PredictedGradientNorm),
                NumberText.Format(layer.WeightGradientNorm),
                NumberText.Format(layer.WeightDeviation));
        }
        return table;
    }

    /// <summary>The vectors of categorical columns.</summary>
    public static TextTable Embeddings(InitializationReport report)
    {
        var table = new TextTable("Embedding", "Size", "Seen", "e dev", "theory", "dL/dE");
        foreach (EmbeddingStatistics embedding in report.Embeddings)
            table.Add(embedding.Embedding, $"{embedding.Rows} x {embedding.Dimensions}", $"{embedding.Seen}", NumberText.Format(embedding.Deviation), NumberText.Format(embedding.PredictedDeviation), NumberText.Format(embedding.GradientNorm));
        return table;
    }

    /// <param name="rows">One row or more for each run of equal tensors.</param>
    /// <param name="reasons">Receives each reason once; rows refer to them by number, from 1.</param>
    public static TextTable Plan(IEnumerable<PlanRun?> rows, List<string> reasons)
    {
        PlanRun?[] runs = [.. rows];
        bool hasRates = Array.Exists(runs, run => run is { First.LearningRateMultiplier: not 1 });
        var table = hasRates ? new TextTable("Tensor", "Shape", "Initializer", "Target dev", "Rate x", "Why") : new TextTable("Tensor", "Shape", "Initializer", "Target dev", "Why");
        foreach (PlanRun? run in runs)
        {
            if (run is null)
            {
                table.AddGap();
                continue;
            }
            TensorPlan tensor = run.First;
            int reason = reasons.IndexOf(tensor.Reason);
            if (reason < 0)
            {
                reason = reasons.Count;
                reasons.Add(tensor.Reason);
            }
            string shape = tensor.Shape.Role == TensorRole.Bias ? $"{tensor.Shape.Count}" : $"{tensor.Shape.Rows} x {tensor.Shape.Columns}";
            string deviation = tensor.TargetDeviation is double target ? NumberText.Format(target) : "-";
            string[] rate = hasRates ? [NumberText.Format(tensor.LearningRateMultiplier)] : [];
            table.Add([run.Name, shape, tensor.Initializer, deviation, .. rate, $"[{reason + 1}]"]);
        }
        return table;
    }
}
