namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>More units pass no gradient on any row than the likeness of the rows explains.</summary>
/// <remarks>
/// The excess over the prediction is judged, not the share: healthy He networks have 9 % at depth 8 and 31 % at depth 30. Above 50 % it is a warning, half of that
/// a note; a layer without a live unit stops
/// everything before it and is an error.
/// </remarks>
internal sealed class DeadUnits : IFindingRule
{
    const double WarningExcess = 0.5, NoteExcess = 0.25;

    public IEnumerable<Finding> Examine(ReportContext context) => LayerFindings.Merge(Verdict.Dead, Candidates(context));

    static IEnumerable<LayerFindings.Candidate> Candidates(ReportContext context)
    {
        for (int index = 0; index < context.HiddenLayers; index++)
        {
            LayerStatistics layer = context.Layers[index];
            double excess = layer.DeadFraction - layer.PredictedDeadFraction;
            // In a residual branch a layer without a live unit stops that branch only.
            bool stopsAll = layer.DeadFraction == 1 && (context.BranchDepth == 0 || index == context.HiddenLayers - 1);
            Severity? severity = stopsAll ? Severity.Error : excess > WarningExcess ? Severity.Warning : excess > NoteExcess ? Severity.Note : null;
            if (severity is not { } found)
                continue;
            bool isShifted = layer.PreActivationMean < -layer.PreActivationDeviation;
            string cause = isShifted ? $"; pre-activations average {NumberText.Format(layer.PreActivationMean)}" : "";
            yield return new LayerFindings.Candidate(index, found, layer.DeadFraction,
                $"{NumberText.Percent(layer.DeadFraction)} of the {NumberText.Count(layer.Outputs, "unit")} of {layer.Layer} pass no gradient on any row "
                + $"(theory {NumberText.Percent(layer.PredictedDeadFraction)}){cause}",
                [isShifted ? Remedy.ZeroBias : Remedy.InitFor(layer.Activation), Remedy.Auto]);
        }
    }
}
