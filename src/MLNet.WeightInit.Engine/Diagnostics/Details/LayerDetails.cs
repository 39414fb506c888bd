namespace MLNet.WeightInit;

/// <summary>What <see cref="DiagnosticsLevel.Full"/> measures of one dense layer beyond <see cref="LayerStatistics"/>.</summary>
public sealed record LayerDetails
{
    internal LayerDetails()
    {
    }

    /// <summary>The layer's name: <c>hidden[0]</c>, <c>output</c>.</summary>
    public required string Layer { get; init; }

    /// <summary>Singular values of the weights.</summary>
    public required LayerSpectrum Spectrum { get; init; }

    /// <summary>E (w − m)⁴ / (E (w − m)²)² of the weights about their mean m: 3 for normal weights, 2.37 for normal ones cut at two deviations, 1.8 for uniform ones; large for sparse ones. <see cref="double.NaN"/> where all are equal.</summary>
    public required double WeightKurtosis { get; init; }

    /// <summary>Of <see cref="LayerStatistics.PreActivationDeviation"/>, over rows.</summary>
    public required RowInterval Deviation { get; init; }

    /// <summary>Of <see cref="LayerStatistics.PreActivationGradientNorm"/>, over rows.</summary>
    public required RowInterval GradientNorm { get; init; }

    /// <summary>Share of pre-activations with |z| below 0.1, where tanh and its like are straight lines. From 0 to 1.</summary>
    public required double NearZeroFraction { get; init; }

    /// <summary>Of the pre-activations; null where one isn't finite.</summary>
    public required LayerHistogram? Histogram { get; init; }
}
