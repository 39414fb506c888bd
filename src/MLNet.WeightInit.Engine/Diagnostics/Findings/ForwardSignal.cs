namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>The signal shrinks or grows exponentially with depth.</summary>
/// <remarks>
/// Fires where E z² of the last hidden layer is below 1e-2 or above 1e2 times the first's, its late layers still move exponentially, and the gradient agrees. A
/// lone forward drift trains (orthogonal tanh at depth 100 ends
/// at 0.005 by an algebraic decay and learns), and is a note, <see cref="Verdict.Drifting"/>.
/// </remarks>
internal sealed class ForwardSignal : IFindingRule
{
    const double SecondMomentRatio = 100;

    /// <summary>Shrinking: the limit that vanishing gradients have too. Growing: √100, the same growth seen from behind.</summary>
    const double VanishingAgreement = 1e-3, ExplodingAgreement = 10;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.HiddenLayers < 2)
            yield break;
        var signal = SignalProfile.Of(context);
        double gradient = GradientProfile.Of(context).Ratio;
        if (signal.Ratio < 1 / SecondMomentRatio)
        {
            bool confirmed = signal.Shrinks && !(gradient >= VanishingAgreement);
            (Severity severity, string consequence) = confirmed ? OptimizerJudgement.OfVanishing(context) : (Severity.Note, "gradients still arrive, so training can start");
            string change = $"falls {NumberText.Factor(signal.First / signal.Last)}";
            yield return Report(context, signal, confirmed ? Verdict.VanishingForward : Verdict.Drifting, severity, change, consequence);
        }
        else if (signal.Ratio > SecondMomentRatio)
        {
            bool confirmed = signal.Grows && gradient > ExplodingAgreement;
            (Severity severity, string consequence) = confirmed
                ? (Severity.Warning, "the first steps will overshoot")
                : (Severity.Note, "gradients keep their scale, so training can start");
            string change = $"grows {NumberText.Factor(signal.Last / signal.First)}";
            yield return Report(context, signal, confirmed ? Verdict.ExplodingForward : Verdict.Drifting, severity, change, consequence);
        }
    }

    static Finding Report(ReportContext context, SignalProfile signal, Verdict verdict, Severity severity, string change, string consequence)
    {
        int last = context.HiddenLayers - 1;
        return new Finding(verdict, severity, 0, last,
            $"signal {change} over {context.HiddenLayers} hidden layers: "
            + $"size {NumberText.Format(signal.First)} in {context.Layers[0].Layer}, {NumberText.Format(signal.Last)} in {context.Layers[last].Layer}; {consequence}",
            context.BranchDepth > 0 ? [Remedy.Auto, Remedy.LayerNormalization] : [Remedy.InitFor(context.Layers[0].Activation), Remedy.Auto, Remedy.FewerLayers]);
    }
}
