namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>A bounded activation works at its bounds; the limits and their origin are with <see cref="SaturationBounds"/>.</summary>
internal sealed class SaturatedUnits : IFindingRule
{
    public IEnumerable<Finding> Examine(ReportContext context) => LayerFindings.Merge(Verdict.Saturated, Candidates(context));

    static IEnumerable<LayerFindings.Candidate> Candidates(ReportContext context)
    {
        for (int index = 0; index < context.HiddenLayers; index++)
        {
            LayerStatistics layer = context.Layers[index];
            SaturationBounds bounds = SaturationBounds.Of(layer.Activation);
            if (!(layer.SaturatedFraction > bounds.NoteShare))
                continue;
            yield return new LayerFindings.Candidate(index, layer.SaturatedFraction > bounds.WarningShare ? Severity.Warning : Severity.Note, layer.SaturatedFraction,
                $"{NumberText.Percent(layer.SaturatedFraction)} of the outputs of {layer.Layer} are at the bounds of {layer.Activation} "
                + $"(healthy: below {NumberText.Percent(bounds.NoteShare)}); "
                + $"pre-activations have a deviation of {NumberText.Format(layer.PreActivationDeviation)}",
                index == 0 ? [Remedy.InitFor(layer.Activation), Remedy.Standardize] : [Remedy.InitFor(layer.Activation), Remedy.Auto]);
        }
    }
}
