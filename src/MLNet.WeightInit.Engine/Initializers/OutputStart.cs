using System.Globalization;

namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>What <see cref="Auto"/> starts the output layer's weights with.</summary>
/// <remarks>
/// A small head (<see cref="SmallLogits"/>) costs no loss that training must take back, but makes the gradients of the hidden layers smaller by as much. For values of eight and more features the first counts behind a few layers without activation, which come to the same function sooner from near 0,
/// or of rectifiers or their smooth kin, whose textbook starts outputs at about twice the variance of standardized labels, where the optimizer divides gradients by their size, and where hidden layers are mirrored; for values and classes behind two and more residual branches of such activations,
/// whose stream is larger than a plain layer's signal. Else the head is the textbook's, as in the hidden layers (docs/benchmarks/initializers.md).
/// </remarks>
internal static class OutputStart
{
    /// <summary>Half of the promised 0.1: finite networks and real data fluctuate about the prediction.</summary>
    const float LogitVariance = 0.05f;

    /// <summary>Hidden layers up to which a small head of an adaptive optimizer is as good or better; at five it may be worse.</summary>
    const int MostLayersOfSmallHead = 3;

    /// <summary>Residual branches that leave a stream larger than a plain layer's.</summary>
    const int FewestBranchesOfSmallHead = 2;

    /// <param name="plan">Loss, optimizer and layers.</param>
    /// <param name="secondMoment">E h² of what the head reads, at most.</param>
    /// <param name="isMirrored">Whether the hidden layers are.</param>
    /// <param name="reason">With the numbers.</param>
    public static WeightInitializer Weights(InitializationPlan plan, double secondMoment, bool isMirrored, out string reason)
    {
        WeightShape shape = plan.Weights[^1].Shape;
        if (!IsSmall(plan, isMirrored))
        {
            ActivationTraits traits = ActivationTraits.Of(plan.Weights[^2].Shape.Activation);
            VarianceScaling rule = Textbook(traits, 1 - (double)shape.InputDropout);
            double deviation = rule.TargetDeviation(shape)!.Value;
            reason = string.Create(CultureInfo.InvariantCulture, $"The textbook's rule, as in the hidden layers of {traits.Name}: σ = {deviation:G3} for {(rule.Mode == FanMode.FanIn ? "fan-in" : "average fan")} {shape.Fan(rule.Mode):G6}, outputs of a second moment up to {deviation * deviation * shape.FanIn * secondMoment:G3}. ")
                + $"With {string.Join(" and ", plan.Losses.Distinct())} and {plan.Optimizer} smaller first outputs, and with them smaller first gradients, don't train better over {Layers(shape.Depth - 1)}{Where(plan, shape)}.";
            return rule;
        }
        // The lower gains of mirrored layers are the head's business, too: taking them back would undo them.
        SmallLogits head = Small(isMirrored ? Math.Max(1, secondMoment) : secondMoment);
        reason = $"{head.Explain(shape)} At most 0.1 keeps the first loss near the prior's.";
        return head;
    }

    /// <summary>A head of outputs with a variance of <see cref="LogitVariance"/>.</summary>
    public static SmallLogits Small(double secondMoment) => new(LogitVariance, (float)Math.Clamp(secondMoment, 1e-30, ArgumentRules.Largest));

    static bool IsSmall(InitializationPlan plan, bool isMirrored)
    {
        WeightShape shape = plan.Weights[^1].Shape;
        if (isMirrored || shape.Depth == 1 || !plan.PredictsClasses && !plan.PredictsValues)
            return true;
        if (plan.Weights[^2].Shape.IsNormalized)
            return false;
        ActivationTraits traits = ActivationTraits.Of(plan.Weights[^2].Shape.Activation);
        if (traits.Family is not (ActivationFamily.Rectifier or ActivationFamily.SmoothRectifier or ActivationFamily.Identity))
            return false;
        return plan.ResidualBranches >= FewestBranchesOfSmallHead
            || plan.PredictsValues && OptimizerTraits.IsAdaptive(plan.Optimizer) && shape.Depth - 1 <= MostLayersOfSmallHead && plan.EffectiveFeatures >= MirroredStart.FewestFeaturesForValues;
    }

    static VarianceScaling Textbook(ActivationTraits traits, double share)
    {
        float gain = (float)Math.Sqrt(share);
        return traits.Family switch
        {
            ActivationFamily.Rectifier => VarianceScaling.He(gain: gain, negativeSlope: traits.NegativeSlope),
            ActivationFamily.SmoothRectifier or ActivationFamily.ExponentialUnit => VarianceScaling.He(gain: gain),
            ActivationFamily.OddBounded or ActivationFamily.Sigmoid => VarianceScaling.Glorot(gain: gain),         // no sigmoid follows whose slope of ¼ a gain would make up for
            _ => VarianceScaling.LeCun(gain: gain),
        };
    }

    static string Where(InitializationPlan plan, in WeightShape shape)
        => plan.Weights[^2].Shape.IsNormalized ? " of normalized sums"
            : plan.PredictsValues && shape.Depth - 1 <= MostLayersOfSmallHead && plan.EffectiveFeatures < MirroredStart.FewestFeaturesForValues ? string.Create(CultureInfo.InvariantCulture, $" of {plan.EffectiveFeatures} {(plan.EffectiveFeatures == 1 ? "feature" : "features")}")
            : "";

    static string Layers(int count) => count == 1 ? "one hidden layer" : string.Create(CultureInfo.InvariantCulture, $"{count} hidden layers");
}
