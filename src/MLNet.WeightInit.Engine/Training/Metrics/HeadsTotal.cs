using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>Of each of several labels its loss and its metric, over any number of batches. Rows weigh for a metric what they weigh for the loss.</summary>
internal sealed unsafe class HeadsTotal : MetricTotal
{
    readonly HeadsLoss _loss;
    readonly HeadSums _sums;
    readonly HeadMetric? _deciding;
    readonly MetricTotal?[] _metrics;
    readonly MetricTotal? _decidingTotal;
    double _rows;

    /// <param name="deciding">What <see cref="Value"/> gives; null: nothing.</param>
    /// <param name="targets">The network's.</param>
    public HeadsTotal(HeadsLoss loss, HeadMetric? deciding, AffineScale targets)
    {
        _loss = loss;
        _sums = new HeadSums(loss);
        _deciding = deciding;
        _metrics = [.. loss.Heads.Select((part, head) => part.Metric?.CreateTotal(part.Head.Outputs, loss.ScaleOf(targets, head)))];
        if (deciding?.Own is { } metric)
            _decidingTotal = loss.Heads[deciding.Head].Metric?.Name == metric.Name ? _metrics[deciding.Head] : metric.CreateTotal(loss.Heads[deciding.Head].Head.Outputs, loss.ScaleOf(targets, deciding.Head));
    }

    public HeadSums Sums => _sums;

    public override void Clear()
    {
        _sums.Clear();
        _rows = 0;
        foreach (MetricTotal? metric in _metrics)
            metric?.Clear();
        _decidingTotal?.Clear();
    }

    public override void Add(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights)
    {
        for (nint row = 0; row < rows; row++)
            _rows += weights is null ? 1 : weights[row];
        int first = 0, column = 0;
        for (int head = 0; head < _metrics.Length; head++)
        {
            OutputHead own = _loss.Heads[head].Head;
            float* rowWeights = _sums.AddWeights(head, targets + column, targetColumns, rows, weights);
            _metrics[head]?.Add(logits + first, rows, own.Outputs, stride, targets + column, targetColumns, rowWeights);
            if (_deciding?.Head == head && !ReferenceEquals(_decidingTotal, _metrics[head]))
                _decidingTotal?.Add(logits + first, rows, own.Outputs, stride, targets + column, targetColumns, rowWeights);
            first += own.Outputs;
            column += own.TargetColumns;
        }
    }

    public override void AddLosses(ReadOnlySpan<double> parts) => _sums.AddLosses(parts);

    /// <summary>A head's metric; null where it has none.</summary>
    public double? MetricOf(int head) => _metrics[head]?.Value();

    public override double Value() => _deciding is null ? double.NaN : _decidingTotal?.Value() ?? _sums.Mean(_deciding.Head, _rows);
}
