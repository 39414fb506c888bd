using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>One of several labels, by a metric of its task or by its loss: <c>Species:Accuracy</c>.</summary>
/// <param name="loss">Of all labels.</param>
/// <param name="metric">Null: the label's own loss, before its weight multiplies it.</param>
internal sealed class HeadMetric(HeadsLoss loss, int head, Metric? metric) : Metric
{
    public const char Separator = ':';
    public const string LossName = "Loss";

    /// <summary>Its place among the labels.</summary>
    public int Head => head;

    /// <summary>Null: the label's own loss.</summary>
    public Metric? Own => metric;

    public override string Name => NameOf(loss.Heads[head].Head.Name, metric?.Name ?? LossName);
    public override bool HigherIsBetter => metric is { HigherIsBetter: true };
    public override (double Lowest, double Highest) Range => metric?.Range ?? (loss.Heads[head].Loss.IsNonNegative ? 0 : double.NegativeInfinity, double.PositiveInfinity);
    public override IReadOnlyList<NetworkTask> Tasks => [NetworkTask.Heads];
    public override string? Requirement => metric?.Requirement;

    public override bool IsDefinedFor(TrainingSet data, ReadOnlySpan<int> rows)
        => metric is null || metric.IsDefinedFor(data.WithTargets(loss.ColumnOf(head), loss.Heads[head].Head.TargetColumns), rows);

    public override MetricTotal CreateTotal(int outputs, AffineScale targets) => new HeadsTotal(loss, this, targets);

    /// <summary>How a metric of one label is written.</summary>
    public static string NameOf(string head, string metric) => $"{head}{Separator}{metric}";
}
