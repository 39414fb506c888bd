namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Training drove a bounded activation to its bounds, where it was not before.</summary>
/// <remarks>Confident networks saturate as they learn: a note above half of the outputs, and a warning from the share on that is one before training (<see cref="SaturationBounds"/>), where the loss did not fall below the best constant's.</remarks>
internal sealed class SaturatingUnits : ITrainingRule
{
    const double NoteShare = 0.5;

    public IEnumerable<Finding> Examine(TrainedContext context) => LayerFindings.Merge(Verdict.Saturated, Candidates(context));

    static IEnumerable<LayerFindings.Candidate> Candidates(TrainedContext context)
    {
        for (int index = 0; index < context.Layers.Count - 1; index++)
        {
            LayerChange layer = context.Training.Layers[index];
            SaturationBounds bounds = SaturationBounds.Of(context.Layers[index].Activation);
            bool isWarning = context.HasFailed && layer.SaturatedFraction > bounds.WarningShare;
            if (!(layer.SaturatedFractionBefore <= bounds.NoteShare) || !isWarning && !(layer.SaturatedFraction > Math.Max(NoteShare, bounds.WarningShare)))
                continue;
            yield return new LayerFindings.Candidate(index, isWarning ? Severity.Warning : Severity.Note, layer.SaturatedFraction,
                $"{NumberText.Percent(layer.SaturatedFraction)} of the outputs of {layer.Layer} are at the bounds of {context.Layers[index].Activation} after training ({NumberText.Percent(layer.SaturatedFractionBefore)} before)",
                context.RateTimes(0.1));
        }
    }
}
