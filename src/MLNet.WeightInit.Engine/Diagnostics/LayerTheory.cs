namespace MLNet.WeightInit;

/// <summary>What theory says of one dense layer beyond the predictions in <see cref="LayerStatistics"/>: how alike rows are to it, and how far chance may take its figures from the predicted ones.</summary>
/// <remarks>
/// The bands hold 95 of 100 draws of the weights, each on its own. They follow ln q through layers of n units: Var ln q(l+1) = slope² · Var ln q(l) + (E φ⁴ / (E φ²)² − 1) / n for one row (5/n for ReLU, as in
/// Hanin and Rolnick 2018), and less for many rows, which don't err together, for what the measured means and variances of the weights tell, and for orthogonal weights, which keep lengths. docs/diagnostics.md has the derivation, docs/benchmarks/mean-field-coverage.md
/// the count.
/// <see cref="double.NaN"/> where there is no theory of them: in residual blocks, under normalization and alpha-dropout, and where nothing holds the scale for so long that chance compounds.
/// </remarks>
public sealed record LayerTheory
{
    internal LayerTheory()
    {
    }

    /// <summary>The layer's name: <c>hidden[0]</c>, <c>output</c>.</summary>
    public required string Layer { get; init; }

    /// <summary>q: E z² of the pre-activations, pooled over rows and units (Poole et al. 2016, eq. 3).</summary>
    public required double SecondMoment { get; init; }

    /// <summary>The mean cosine between two rows' pre-activations, as measured. Near 1 the rows look alike to the layer. Kept to twelve decimals.</summary>
    public required double Similarity { get; init; }

    /// <summary>What <see cref="Similarity"/> would be for independent weights: the c-map of Poole et al. 2016, eq. 5, run from the cosines between the probe's own rows.</summary>
    public required double PredictedSimilarity { get; init; }

    /// <summary>Lower end of the 95 % band of <see cref="LayerStatistics.PreActivationDeviation"/>.</summary>
    public required double LowestDeviation { get; init; }

    /// <summary>Upper end of the 95 % band of <see cref="LayerStatistics.PreActivationDeviation"/>.</summary>
    public required double HighestDeviation { get; init; }

    /// <summary>Lower end of the 95 % band of <see cref="LayerStatistics.PreActivationGradientNorm"/>, from the output layer's measured norm on.</summary>
    public required double LowestGradientNorm { get; init; }

    /// <summary>Upper end of the 95 % band of <see cref="LayerStatistics.PreActivationGradientNorm"/>.</summary>
    public required double HighestGradientNorm { get; init; }
}
