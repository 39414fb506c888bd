namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>The untrained network's loss is far above that of the best constant: because its mean output is (a misplaced prior), or because outputs vary at random
/// (an over-confident head).</summary>
/// <remarks>
/// A note from 0.25 nats, of counts as many times the mean count where that is above 1, or a quarter of the label's variance on. It is a warning only where it stands in training's way: the prior, where the mean output costs
/// four times the best constant's loss (1 % positives under a
/// zero bias cost 0.693 against 0.056); the head, from ten times that limit on.
/// A head over classes is a note from 1.5 nats on: the textbook's rules cost up to one by theory (He's on a He trunk: logit variance 2), which training takes back. With 2.8 times He's deviation the held-out loss on digits ends a fifth to a half higher.
/// </remarks>
internal sealed class InitialLoss : IFindingRule
{
    const double NoteExcess = 0.25, PriorWarningRatio = 4, HeadWarningFactor = 10, TextbookHeadExcess = 1.5;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        double loss = context.Probe.Loss, prior = context.PriorLoss;
        if (!double.IsFinite(loss) || !double.IsFinite(prior))
            yield break;
        bool isEntropy = OutputLossSplit.IsEntropy(context.Loss);
        if (!isEntropy && prior == 0)
            yield break;                                       // a constant label: there is nothing to compare with
        var split = OutputLossSplit.Of(context.Probe.Layers[^1], context.Probe.Rows, context.Loss, loss, prior, context.LabelSmoothing, context.Probe.RowWeights);
        double limit = NoteExcess * (isEntropy ? split.Unit : prior > 0 ? prior : Math.Max(1, -prior));
        int output = context.Layers.Count - 1;
        if (split.Offset > limit)
            yield return new Finding(Verdict.MisplacedPrior, IsGrave(split.Offset, prior, limit, context.Loss) ? Severity.Warning : Severity.Note, output, output,
                $"the mean output costs a loss of {NumberText.Format(prior + split.Offset)}, "
                + $"the label's average would cost {NumberText.Format(prior)}: {(context.HasPriorBias ? "the biases are at the average, and the weights add a mean of their own, which the first steps take back" : "the first steps only learn the average")}",
                [.. context.IsStandardized ? [] : (string[])[Remedy.Standardize], .. Remedies(context.HasPriorBias, isEntropy)]);
        double headLimit = context.Loss is "SoftmaxCrossEntropy" or "BinaryCrossEntropy" ? TextbookHeadExcess : limit;
        if (split.Variation > headLimit)
            yield return new Finding(Verdict.OverConfidentHead, split.Variation > HeadWarningFactor * limit ? Severity.Warning : Severity.Note, output, output,
                $"outputs with a deviation of {NumberText.Format(context.Output.PreActivationDeviation)} add {NumberText.Format(split.Variation)} "
                + $"to a loss of {NumberText.Format(prior)}: they are sure of what they can't know yet",
                [.. context.IsStandardized ? [] : (string[])[Remedy.Standardize], Remedy.ZeroHead, Remedy.Auto]);
    }

    /// <summary>Where the biases hold the prior already, it is the weights that add a mean of their own.</summary>
    static string[] Remedies(bool hasPriorBias, bool isEntropy) => hasPriorBias ? [Remedy.ZeroHead, Remedy.Auto] : isEntropy ? [Remedy.Auto, Remedy.PriorBias] : [Remedy.Auto];

    /// <summary>Poisson's loss lacks the labels' own term and may be 0 or negative, so that there is no ratio to judge by.</summary>
    static bool IsGrave(double offset, double prior, double limit, string loss)
        => loss == "Poisson" ? offset > HeadWarningFactor * limit : prior + offset >= PriorWarningRatio * prior;
}
