using MLNet.WeightInit.Engine.Diagnostics.Comparing;
using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>A measured deviation or gradient lies where chance in the weights doesn't take it: data or weights aren't what theory assumes, and what follows from theory alone isn't to be relied on.</summary>
/// <remarks>A deep network has many figures, and one of twenty lies outside of its own 95 % band. The note is given where one lies as far out as any of them does in one network of a hundred (Bonferroni), so that healthy networks have none.</remarks>
internal sealed class BeyondChance : IFindingRule
{
    const double Share = 0.01;

    /// <summary>The bands are a normal variable's about the logarithm, and that of a sum of fewer squares reaches further down: of one, a tenth of a deviation or less has a chance of 8 %.</summary>
    const int FewestUnits = 8;

    public IEnumerable<Finding> Examine(ReportContext context)
    {
        if (context.Theory is not { } theory || theory.Layers.Count != context.Layers.Count)
            yield break;
        double deviations = Distributions.NormalQuantile(1 - Share / 2 / (2 * context.Layers.Count - 1));
        for (int index = 0; index < context.Layers.Count; index++)
        {
            (LayerStatistics layer, LayerTheory expected) = (context.Layers[index], theory.Layers[index]);
            double least = 1.0 / layer.Outputs;
            string? evidence = (layer.Outputs < FewestUnits ? null : Beyond("pre-activations with a deviation", layer.PreActivationDeviation, expected.LowestDeviation, expected.HighestDeviation, deviations, least))
                ?? Beyond("a gradient dL/dz with a norm", layer.PreActivationGradientNorm, expected.LowestGradientNorm, expected.HighestGradientNorm, deviations, least);
            if (evidence is null)
                continue;
            yield return new Finding(Verdict.Drifting, Severity.Note, index, index,
                $"{layer.Layer} has {evidence}: weights that depend on each other or on the data, or rows that a few inputs decide, aren't what theory assumes. Go by the measured figures", []);
            yield break;                                       // later layers inherit it
        }
    }

    /// <summary>What is so, with the band that holds for all figures of the report at once; null inside it, and where there is none.</summary>
    /// <param name="least">Of the reach: the bands are of first order, and of a gradient that a single output leaves to little chance they may be narrower than what theory leaves out, which is of the order of 1 / units.</param>
    static string? Beyond(string what, double measured, double low, double high, double deviations, double least)
    {
        if (!(low > 0) || !(high > low) || !(measured > 0) || !double.IsFinite(measured) || !double.IsFinite(high))
            return null;
        double middle = ScalarMath.Log(low * high) / 2, reach = Math.Max(ScalarMath.Log(high / low) / 2 * deviations / Fluctuation.Deviations95, least);
        return Math.Abs(ScalarMath.Log(measured) - middle) <= reach ? null
            : $"{what} of {NumberText.Format(measured)}, where chance in independent weights gives {NumberText.Format(ScalarMath.Exp(middle - reach))} to {NumberText.Format(ScalarMath.Exp(middle + reach))}";
    }
}
