namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Training left units without a gradient on any row that had one before it.</summary>
/// <remarks>The same rows, before and after: what the start had of dead units, and what theory says of them, drops out. A note above a quarter of the units; a warning above half where the loss did not fall below the best constant's.</remarks>
internal sealed class DyingUnits : ITrainingRule
{
    const double WarningExcess = 0.5, NoteExcess = 0.25;

    public IEnumerable<Finding> Examine(TrainedContext context) => LayerFindings.Merge(Verdict.Dead, Candidates(context));

    static IEnumerable<LayerFindings.Candidate> Candidates(TrainedContext context)
    {
        for (int index = 0; index < context.Layers.Count - 1; index++)
        {
            LayerChange layer = context.Training.Layers[index];
            double excess = layer.DeadFraction - layer.DeadFractionBefore;
            if (!(excess > NoteExcess))
                continue;
            yield return new LayerFindings.Candidate(index, excess > WarningExcess && context.HasFailed ? Severity.Warning : Severity.Note, excess,
                $"{NumberText.Percent(layer.DeadFraction)} of the {NumberText.Count(context.Layers[index].Outputs, "unit")} of {layer.Layer} pass no gradient on any row after training ({NumberText.Percent(layer.DeadFractionBefore)} before)",
                [.. context.RateTimes(0.1), Remedy.LeakyRelu]);
        }
    }
}
