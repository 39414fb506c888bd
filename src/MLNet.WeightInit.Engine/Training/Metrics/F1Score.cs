using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>Harmonic mean of precision and recall of the positive class: 2 TP / (2 TP + FP + FN), a row being taken for positive where its logit is above 0.</summary>
internal sealed class F1Score : Metric
{
    public override string Name => "F1";
    public override IReadOnlyList<NetworkTask> Tasks => [NetworkTask.Binary];
    public override string? Requirement => "rows of both classes";
    public override bool IsDefinedFor(TrainingSet data, ReadOnlySpan<int> rows) => HasBothClasses(data, rows);
    public override MetricTotal CreateTotal(int outputs, AffineScale targets) => new Total();

    sealed unsafe class Total : MetricTotal
    {
        double _hits, _mistakes;

        public override void Clear() => _hits = _mistakes = 0;

        public override void Add(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights)
        {
            for (nint row = 0; row < rows; row++)
            {
                bool taken = logits[row * stride] > 0, positive = targets[row * targetColumns] > 0.5f;
                double weight = weights is null ? 1 : weights[row];
                if (taken && positive)
                    _hits += weight;
                else if (taken != positive)
                    _mistakes += weight;
            }
        }

        /// <summary>NaN for rows that are all negative and all taken for that.</summary>
        public override double Value() => 2 * _hits / (2 * _hits + _mistakes);
    }
}
