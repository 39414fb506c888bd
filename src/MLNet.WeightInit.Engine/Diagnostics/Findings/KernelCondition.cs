namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>The tangent kernel's condition is above what single precision resolves: some rows that differ can't be told apart by the first steps. Only at <see cref="DiagnosticsLevel.Full"/>.</summary>
/// <remarks>A network without hidden layers has no more directions than features, and one of fewer parameters than rows has no more than these, whatever its weights: neither is judged.</remarks>
internal sealed class KernelCondition : IFindingRule
{
    const double Limit = 1e8;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Details?.Kernel is not { } kernel || context.HiddenLayers == 0 || !(kernel.Condition > Limit) || context.Layers.Sum(layer => (layer.Inputs + 1.0) * layer.Outputs) < (double)kernel.Rows * context.Layers[^1].Outputs)
            yield break;
        yield return new Finding(Verdict.RankCollapse, Severity.Note, 0, context.HiddenLayers - 1,
            $"the tangent kernel of {kernel.Rows} different rows {(double.IsFinite(kernel.Condition) ? $"has a condition of {NumberText.Format(kernel.Condition)}" : "is singular")}: to the first steps some of them are one", [Remedy.Auto, Remedy.LayerNormalization]);
    }
}
