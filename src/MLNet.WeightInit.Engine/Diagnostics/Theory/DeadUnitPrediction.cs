using MLNet.WeightInit.Engine.Expectations;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>The share of units that pass no gradient on any row although nothing is wrong.</summary>
/// <remarks>
/// Rows grow alike with depth: at depth 30 two rows' ReLU signals correlate at 0.97, and 31 % of the units of a healthy He network are off for 256 rows at once.
/// With pairwise correlation c
/// a unit's pre-activations are √q (√c s + √(1 − c) ε), s one draw a unit and ε one a row, so that the share is E Φ((t − √c s) / √(1 − c))^rows for a derivative
/// that is 0 below t √q.
/// c is measured; a common shift of all units is left out on purpose, because that is what kills units.
/// </remarks>
internal static class DeadUnitPrediction
{
    /// <param name="curve">The layer's activation.</param>
    /// <param name="variance">Pre-activations' variance, pooled over rows and units.</param>
    /// <param name="similarity">c.</param>
    public static double Share(GaussianQuadrature quadrature, ActivationCurve curve, double variance, double similarity, int rows)
    {
        if (!(variance > 0) || !double.IsFinite(variance))
            return 0;
        (double below, double above) = quadrature.FlatSides(curve, Math.Sqrt(variance));
        if (double.IsInfinity(below) && double.IsInfinity(above))
            return 0;
        similarity = Math.Min(similarity, 1 - 1e-9);
        return AllBeyond(below, similarity, rows) + AllBeyond(-above, similarity, rows);
    }

    /// <summary>P(every row lies at or below the threshold).</summary>
    static double AllBeyond(double threshold, double similarity, int rows)
    {
        if (double.IsInfinity(threshold))
            return 0;
        double common = Math.Sqrt(similarity), own = Math.Sqrt(1 - similarity), share = 0;
        for (int i = 0; i < GaussianQuadrature.Nodes.Length; i++)
            share += GaussianQuadrature.Weights[i] * Power(GaussianQuadrature.Cumulative((threshold - common * GaussianQuadrature.Nodes[i]) / own), rows);
        return share;
    }

    static double Power(double value, int exponent)
    {
        double power = 1;
        for (; exponent > 0; exponent >>= 1, value *= value)
            if ((exponent & 1) != 0)
                power *= value;
        return power;
    }
}
