using MLNet.WeightInit.Engine.Diagnostics;

namespace MLNet.WeightInit;

/// <summary>How a layer's pre-activations are distributed over the probe's rows and the layer's units: 40 bins of equal width about their mean.</summary>
public sealed record LayerHistogram
{
    /// <summary>Bins of a histogram.</summary>
    public const int Bins = 40;

    /// <summary>Deviations from the mean to either end.</summary>
    const double Reach = 4;

    internal LayerHistogram()
    {
    }

    /// <summary>Where the first bin begins: four deviations below the mean.</summary>
    public required double Low { get; init; }

    /// <summary>Where the last bin ends: four deviations above the mean.</summary>
    public required double High { get; init; }

    /// <summary>Pre-activations in each bin, rows × units in all. The first bin also counts what lies below it, the last what lies above.</summary>
    public required IReadOnlyList<int> Counts { get; init; }

    /// <param name="block">Row-major [rows × stride].</param>
    /// <returns>Null where not all are finite.</returns>
    internal static LayerHistogram? Of(ReadOnlySpan<float> block, int rows, int units, int stride, double mean, double deviation)
    {
        double reach = deviation > 0 ? Reach * deviation : 1, low = SignificantDigits.Round(mean - reach), high = SignificantDigits.Round(mean + reach);
        if (!double.IsFinite(low) || !double.IsFinite(high) || !(high > low))
            return null;
        var counts = new int[Bins];
        double scale = Bins / (high - low);
        for (int row = 0; row < rows; row++)
            foreach (float value in block.Slice(row * stride, units))
            {
                if (!float.IsFinite(value))
                    return null;
                counts[(int)Math.Clamp((value - low) * scale, 0, Bins - 1)]++;
            }
        return new LayerHistogram { Low = low, High = high, Counts = counts };
    }
}
