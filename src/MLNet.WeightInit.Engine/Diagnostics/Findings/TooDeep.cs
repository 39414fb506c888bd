using System.Globalization;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>More layers than information travels through: what tells rows apart shrinks by a factor of e every <see cref="NetworkTheory.SimilarityDepth"/> layers, and the gradient with it.</summary>
/// <remarks>
/// The ordered phase of Schoenholz et al. 2017 (c* = 1, χ₁ below 1), beyond six depth scales. The measured way must agree, since the scale is that of the fixed point, which a short network may not reach. Under SGD it is a warning from
/// 1.3 times that depth on (docs/benchmarks/mean-field.md: at 1.2 times tanh networks reach 0.45 of accuracy where shallow ones reach 0.77, at 1.3 to 1.5 at most 0.31, beyond that chance); optimizers that divide gradients by their size
/// reach further, and <see cref="RankCollapse"/> says how far. A scale-free activation (ReLU without biases) has no such depth, whatever its weights: its signal shrinks as a whole, and is judged as such. A gradient that vanishes is
/// judged by <see cref="BackwardGradient"/> alone.
/// </remarks>
internal sealed class TooDeep : IFindingRule
{
    const double Scales = 6, WarningShare = 1.3, Ordered = 0.999, VanishingGradient = 1e-3;

    /// <summary>e⁻³: half of the six depth scales.</summary>
    const double Agreement = 0.05;

    /// <summary>e⁻⁴. In four layers, of which only the last ones come near the fixed point, a scale of 0.4 layers takes a 23rd of the distance, and that trains; three sigmoid layers that take a 90th don't.</summary>
    const double WarningAgreement = 0.018;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Theory is not { SimilarityFixedPoint: > Ordered, SimilarityDepth: > 0 and < double.PositiveInfinity } theory || context.HiddenLayers < 2)
            yield break;
        double share = context.HiddenLayers / (Scales * theory.SimilarityDepth), kept = RankCollapse.Kept(theory, context.HiddenLayers);
        if (!(share > 1) || !(kept < Agreement) || !(GradientProfile.Of(context).Ratio >= VanishingGradient))
            yield break;
        (Severity severity, string consequence) = context.Training.DividesBySize
            ? (Severity.Note, $"{context.Training.Name} divides gradients by their size and reaches further")
            : share > WarningShare && kept < WarningAgreement ? (Severity.Warning, $"{context.Training.Name} will be slow to start, or stall") : (Severity.Note, $"{context.Training.Name} will be slower than with fewer");
        yield return new Finding(Verdict.TooDeep, severity, 0, context.HiddenLayers - 1,
            string.Create(CultureInfo.InvariantCulture, $"{context.HiddenLayers} hidden layers where about {Math.Max(1, Math.Floor(Scales * theory.SimilarityDepth)):#,0} {(Scales * theory.SimilarityDepth < 2 ? "carries" : "carry")} what tells rows apart: ")
            + $"with depth it comes to fall by a factor of e every {NumberText.Format(theory.SimilarityDepth)} layers, and falls {NumberText.Factor(1 / kept)} from the first layer to the last; {consequence}",
            [Remedy.EdgeOfChaos, Remedy.LayerNormalization, Remedy.FewerLayers]);
    }
}
