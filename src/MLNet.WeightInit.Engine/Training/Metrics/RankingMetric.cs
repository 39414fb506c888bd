using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>A binary metric of the order in which logits put the rows.</summary>
internal abstract class RankingMetric : Metric
{
    public sealed override IReadOnlyList<NetworkTask> Tasks => [NetworkTask.Binary];
    public sealed override string? Requirement => "rows of both classes";
    public sealed override bool IsDefinedFor(TrainingSet data, ReadOnlySpan<int> rows) => HasBothClasses(data, rows);
    public sealed override MetricTotal CreateTotal(int outputs, AffineScale targets) => new RankedRows(this);

    /// <param name="groups">Rows of equal logits together, from the highest logit down: their weight in each class.</param>
    /// <param name="positive">Weight of all positive rows, above 0.</param>
    /// <param name="negative">Weight of all negative rows, above 0.</param>
    public abstract double Measure(IEnumerable<(double Positive, double Negative)> groups, double positive, double negative);
}

/// <summary>Keeps every row's logit, label and weight until the value is asked for: 16 bytes a row.</summary>
internal sealed unsafe class RankedRows(RankingMetric metric) : MetricTotal
{
    readonly List<(float Logit, bool IsPositive, double Weight)> _rows = [];

    public override void Clear() => _rows.Clear();

    public override void Add(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights)
    {
        for (nint row = 0; row < rows; row++)
            _rows.Add((logits[row * stride], targets[row * targetColumns] > 0.5f, weights is null ? 1 : weights[row]));
    }

    public override double Value()
    {
        // By weight too, so that the order of equal rows, which List.Sort leaves open, can't change a sum.
        _rows.Sort(static (a, b) => b.Logit.CompareTo(a.Logit) is var order and not 0 ? order : a.Weight.CompareTo(b.Weight));
        double positive = 0, negative = 0;
        foreach ((_, bool isPositive, double weight) in _rows)
        {
            if (isPositive)
                positive += weight;
            else
                negative += weight;
        }
        return positive > 0 && negative > 0 && !float.IsNaN(_rows[^1].Logit) ? metric.Measure(Groups(), positive, negative) : double.NaN;
    }

    IEnumerable<(double Positive, double Negative)> Groups()
    {
        for (int first = 0; first < _rows.Count;)
        {
            float logit = _rows[first].Logit;
            double positive = 0, negative = 0;
            for (; first < _rows.Count && _rows[first].Logit == logit; first++)
            {
                if (_rows[first].IsPositive)
                    positive += _rows[first].Weight;
                else
                    negative += _rows[first].Weight;
            }
            yield return (positive, negative);
        }
    }
}
