using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>No variance stays: every error of the signal's scale, and in layers of finite width there is one, grows from layer to layer.</summary>
/// <remarks>GELU, SiLU, Mish and hard-swish at the gain that keeps a variance of 1 have slopes of 1.144, 1.173, 1.076 and 1.224. A warning above 1.05 where a small error grows tenfold over
/// the hidden layers: GELU and SiLU networks of 20 and 30 layers that it meets reach 0.22 of accuracy at most where those of 10, which it doesn't, reach 0.6 to 0.8 (docs/benchmarks/mean-field.md).</remarks>
internal sealed class UnstableScale : IFindingRule
{
    const double SteepSlope = 1.05, Growth = 10;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Theory is not { StabilitySlope: > SteepSlope and < double.PositiveInfinity } theory)
            yield break;
        double growth = ScalarMath.Exp(context.HiddenLayers * ScalarMath.Log(theory.StabilitySlope));
        if (!(growth > Growth))
            yield break;
        yield return new Finding(Verdict.Drifting, Severity.Warning, 0, context.HiddenLayers - 1,
            $"an error of the signal's scale is multiplied by {NumberText.Format(theory.StabilitySlope)} in each layer, {NumberText.Factor(growth)} in all: with {context.Layers[0].Activation} no scale stays, and what one seed keeps another loses",
            [Remedy.EdgeOfChaos, Remedy.LayerNormalization, Remedy.FewerLayers]);
    }
}
