using System.Globalization;
using System.Text;

namespace MLNet.WeightInit;

/// <summary>How well several quantiles of a value were predicted. <c>mlContext.Regression.EvaluateQuantiles</c>.</summary>
public sealed class QuantileRegressionMetrics
{
    internal QuantileRegressionMetrics(IReadOnlyList<QuantileMetrics> quantiles, double intervalCoverage, double intervalWidth, long crossedRows, long rows, long skippedRows)
    {
        Quantiles = quantiles;
        IntervalCoverage = intervalCoverage;
        IntervalWidth = intervalWidth;
        CrossedRows = crossedRows;
        Rows = rows;
        SkippedRows = skippedRows;
    }

    /// <summary>One for each level, ascending.</summary>
    public IReadOnlyList<QuantileMetrics> Quantiles { get; }

    /// <summary>Average of the levels' pinball losses, in the label's unit; 0 is perfect. With many even levels twice this is about the continuous ranked probability score.</summary>
    public double PinballLoss => Quantiles.Average(quantile => quantile.PinballLoss);

    /// <summary>Share of labels that were to lie between the lowest and the highest quantile: the difference of their levels.</summary>
    public double IntervalLevel => Quantiles[^1].Level - Quantiles[0].Level;

    /// <summary>Share of labels that lie between the lowest and the highest quantile, both included, 0 to 1: near <see cref="IntervalLevel"/> for a calibrated model.</summary>
    public double IntervalCoverage { get; }

    /// <summary>Mean distance of the lowest and the highest quantile, in the label's unit. Of two models that cover the same share, the narrower one is sharper.</summary>
    public double IntervalWidth { get; }

    /// <summary>Rows in which a quantile is above the next one; 0 for networks with the loss Quantiles.</summary>
    public long CrossedRows { get; }

    /// <summary>Rows that were compared.</summary>
    public long Rows { get; }

    /// <summary>Rows that were left out since their label is missing.</summary>
    public long SkippedRows { get; }

    /// <summary>A table of all levels, and the interval between the outermost.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("  level  coverage  pinball loss");
        foreach (QuantileMetrics quantile in Quantiles)
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"{quantile.Level,7:0.####}  {quantile.Coverage,8:P1}  {quantile.PinballLoss,12:G5}");
        text.AppendLine().Append(CultureInfo.InvariantCulture, $"{IntervalCoverage:P1} of {Rows:N0} labels between the outermost quantiles, {IntervalLevel:P1} wanted; mean width {IntervalWidth:G5}");
        return text.ToString();
    }
}
