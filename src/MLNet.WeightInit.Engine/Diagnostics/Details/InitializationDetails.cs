namespace MLNet.WeightInit;

/// <summary>What a report holds at <see cref="DiagnosticsLevel.Full"/> beyond the theory and the figures of each layer: spectra, intervals over rows, histograms, and what all this cost.</summary>
public sealed record InitializationDetails
{
    internal InitializationDetails()
    {
    }

    /// <summary>A row for every dense layer, the output included.</summary>
    public required IReadOnlyList<LayerDetails> Layers { get; init; }

    /// <summary>Operations and bytes.</summary>
    public required InitializationCost Cost { get; init; }
}
