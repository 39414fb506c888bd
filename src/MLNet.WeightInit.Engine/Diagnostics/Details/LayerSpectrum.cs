namespace MLNet.WeightInit;

/// <summary>The singular values of a layer's weight matrix, beside those of independent weights of the same size.</summary>
/// <remarks>
/// Exact where the smaller of inputs and units is at most 512, and its square times the larger at most 2²⁸; beyond, <see cref="LargestSingularValue"/> is the best of up to 64 Lanczos steps (within 10⁻³ of it, from below), and what needs all values is <see cref="double.NaN"/>, unless
/// these steps find all there are, as they do for orthogonal weights. Figures have six significant digits; <see cref="double.NaN"/> where a weight isn't finite.
/// </remarks>
public sealed record LayerSpectrum
{
    internal LayerSpectrum()
    {
    }

    /// <summary>σ_max: what the layer's linear part stretches a signal by at most.</summary>
    public required double LargestSingularValue { get; init; }

    /// <summary>σ_min of the min(inputs, units) singular values; 0 for weights without full rank.</summary>
    public required double SmallestSingularValue { get; init; }

    /// <summary>σ_max / σ_min: 1 for orthogonal weights, infinite without full rank.</summary>
    public double Condition => LargestSingularValue > 0 ? SmallestSingularValue > 0 ? LargestSingularValue / SmallestSingularValue : SmallestSingularValue == 0 ? double.PositiveInfinity : double.NaN : double.NaN;

    /// <summary>exp(−Σ p ln p) with p = σ / Σ σ, from 1 to min(inputs, units) (Roy and Vetterli 2007, definition 1): constant weights have 1.</summary>
    public required double EffectiveRank { get; init; }

    /// <summary>‖W‖_F² / σ_max², from 1 to min(inputs, units) (Rudelson and Vershynin 2007, section 1).</summary>
    public required double StableRank { get; init; }

    /// <summary>σ (√inputs + √units), with σ the root of the weights' mean square: where σ_max of independent weights ends in large layers (Marchenko and Pastur 1967; Geman 1980).</summary>
    public required double Edge { get; init; }

    /// <summary>Lower end of the interval that holds σ_max of 999 in 1,000 draws of independent normal weights of this size and mean square: the edge of Ma 2012, theorem 2, with the quantiles of the Tracy–Widom law of order 1.</summary>
    public required double LowestLargest { get; init; }

    /// <summary>Upper end of that interval.</summary>
    public required double HighestLargest { get; init; }

    /// <summary>Whether σ_max lies in its interval, as for independent weights. Orthogonal weights lie below; above lie weights with a mean, or with directions that many units share.</summary>
    public bool IsAtEdge => LargestSingularValue >= LowestLargest && LargestSingularValue <= HighestLargest;

    /// <summary>‖∂L/∂W‖_F² / σ_max(∂L/∂W)²: how many directions the first step moves the layer in. <see cref="double.NaN"/> where the gradient is 0.</summary>
    public required double GradientStableRank { get; init; }
}
