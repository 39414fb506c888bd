namespace MLNet.WeightInit;

/// <summary>How well one quantile was predicted.</summary>
public sealed class QuantileMetrics
{
    internal QuantileMetrics(double level, double pinballLoss, double coverage)
    {
        Level = level;
        PinballLoss = pinballLoss;
        Coverage = coverage;
    }

    /// <summary>Share of labels that was to lie below the score, above 0 and below 1.</summary>
    public double Level { get; }

    /// <summary>Mean of level · (label − score) where the label is above, (1 − level) · (score − label) where it is below, in the label's unit; 0 is perfect. At level ½ it is half the mean absolute error.</summary>
    /// <remarks>Koenker and Bassett 1978. Of two models the one with the lower loss has the better quantile; the loss of another level says nothing about it.</remarks>
    public double PinballLoss { get; }

    /// <summary>Share of labels at or below the score, 0 to 1: near <see cref="Level"/> for a calibrated model. Its standard error over n rows is √(level (1 − level) / n).</summary>
    public double Coverage { get; }
}
