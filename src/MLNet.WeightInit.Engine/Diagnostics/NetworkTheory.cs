namespace MLNet.WeightInit;

/// <summary>What mean-field theory says of a network before its first step: where signal, gradient and the rows' likeness go with depth, and how deep such a network may be.</summary>
/// <remarks>
/// <para>For independent weights and wide layers: z = W h + b is normal with a variance q = σw² E φ(√q z)² + σb², where σw² is fan-in · Var W (Poole et al. 2016, eq. 3; Schoenholz et al. 2017). The variances are
/// measured on the weights as they were filled, the rows' lengths and angles on the probe; nothing is assumed of the initializer. Under dropout the figures are those of a training step.</para>
/// <para><see cref="FixedPoint"/> to <see cref="VarianceDepth"/> describe a network of ever more layers like the hidden ones after the first. They are <see cref="double.NaN"/> with less than two hidden layers. In residual
/// blocks, where no block is like another, <see cref="GradientGrowth"/>, <see cref="GradientDepth"/> and <see cref="SimilarityDepth"/> are means over the way and the others NaN; under batch normalization
/// <see cref="SimilarityFixedPoint"/> and <see cref="SimilarityDepth"/> are NaN. Figures have six significant digits.</para>
/// </remarks>
public sealed record NetworkTheory
{
    internal NetworkTheory()
    {
    }

    /// <summary>q*: the variance of pre-activations that the layers lead to from the probe's. 0 where it dies out, <see cref="double.PositiveInfinity"/> where it grows without end, <see cref="double.NaN"/> where
    /// the activation keeps any variance's scale, as ReLU without biases does.</summary>
    public required double FixedPoint { get; init; }

    /// <summary>χ₁ = σw² E φ′(√q* z)²: what the squared norm of ∂L/∂z is multiplied by on its way back through a layer (Schoenholz et al. 2017, eq. 16). 1 is critical; below, gradients vanish and rows
    /// grow alike; above, gradients explode.</summary>
    public required double GradientGrowth { get; init; }

    /// <summary>d ln q(l+1) / d ln q(l) at q*, or at the first hidden layer's variance where q* is 0, infinite or NaN: what an error of the signal's size is multiplied by in a layer. Above 1 no variance stays.</summary>
    public required double StabilitySlope { get; init; }

    /// <summary>c*: the correlation that two different rows end with, where q c′ = σw² E φ(u₁) φ(u₂) + σb² gives back c (Poole et al. 2016, eq. 5). 1: they become one.</summary>
    public required double SimilarityFixedPoint { get; init; }

    /// <summary>ξ_c = 1 / |ln σw² E φ′(u₁) φ′(u₂)| at c*: layers in which the rows' distance from c* falls by a factor of e (Schoenholz et al. 2017, eq. 9). Infinite at criticality.</summary>
    public required double SimilarityDepth { get; init; }

    /// <summary>ξ_∇ = 1 / |ln χ₁|: layers in which the gradient's squared norm changes by a factor of e (Schoenholz et al. 2017, section 4). Infinite at criticality.</summary>
    public required double GradientDepth { get; init; }

    /// <summary>ξ_q = 1 / |ln <see cref="StabilitySlope"/>|: layers in which the variance's distance from q* falls (or grows) by a factor of e (Schoenholz et al. 2017, eq. 7).</summary>
    public required double VarianceDepth { get; init; }

    /// <summary>Hidden layers over six times the shorter of <see cref="SimilarityDepth"/> and <see cref="GradientDepth"/>: above 1 the network is deeper than networks of this kind were found to train by
    /// plain gradient descent (Schoenholz et al. 2017, section 5). 0 at criticality, where <see cref="InverseWidth"/> is the limit.</summary>
    public required double DepthShare { get; init; }

    /// <summary>Σ 1/n over the hidden layers' units n: what chance does in layers that aren't wide grows with it, and it should be well below 1 (Hanin and Rolnick 2018).</summary>
    public required double InverseWidth { get; init; }

    /// <summary>The larger of <see cref="DepthShare"/> and <see cref="InverseWidth"/>: how much of the depth that this start allows is used. Above 1 it is too much.</summary>
    public double DepthBudget => double.IsNaN(DepthShare) ? InverseWidth : Math.Max(DepthShare, InverseWidth);

    /// <summary>Centred effective rank of the last hidden layer's pre-activations over some rows of the probe: (tr G)² / tr G² of the matrix G of the rows' products after their mean was taken away. From 1, where all
    /// rows lie on a line, to their number less one; <see cref="double.NaN"/> where they are all equal, or without hidden layers.</summary>
    public required double EffectiveRank { get; init; }

    /// <summary>A row for every dense layer, the output included.</summary>
    public required IReadOnlyList<LayerTheory> Layers { get; init; }
}
