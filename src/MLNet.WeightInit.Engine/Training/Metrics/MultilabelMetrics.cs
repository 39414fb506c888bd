using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>F1 of several labels a row, each being taken for given where its logit is above 0: 2 TP / (2 TP + FP + FN) of all labels' counts together (micro), or as mean of each label's own (macro).</summary>
/// <remarks>scikit-learn's <c>f1_score(average="micro")</c> and <c>"macro"</c>, where a share of nothing is 0; <c>MultilabelClassificationMetrics.MicroF1Score</c> and <c>MacroF1Score</c>.</remarks>
internal sealed class MultilabelF1(bool macro) : Metric
{
    public override string Name => macro ? "MacroF1" : "MicroF1";
    public override IReadOnlyList<NetworkTask> Tasks => [NetworkTask.Multilabel];
    public override MetricTotal CreateTotal(int outputs, AffineScale targets) => new Total(outputs, macro);

    sealed unsafe class Total(int labels, bool macro) : MetricTotal
    {
        readonly double[] _hits = new double[labels], _mistakes = new double[labels];

        public override void Clear()
        {
            Array.Clear(_hits);
            Array.Clear(_mistakes);
        }

        public override void Add(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights)
        {
            for (nint row = 0; row < rows; row++)
            {
                double weight = weights is null ? 1 : weights[row];
                for (int unit = 0; unit < units; unit++)
                {
                    bool given = logits[row * stride + unit] > 0, has = targets[row * targetColumns + unit] > 0.5f;
                    if (given && has)
                        _hits[unit] += weight;
                    else if (given != has)
                        _mistakes[unit] += weight;
                }
            }
        }

        public override double Value()
        {
            double sum = 0, hits = 0, mistakes = 0;
            for (int label = 0; label < labels; label++)
            {
                sum += Score(_hits[label], _mistakes[label]);
                hits += _hits[label];
                mistakes += _mistakes[label];
            }
            return macro ? sum / labels : Score(hits, mistakes);
        }

        static double Score(double hits, double mistakes) => hits == 0 ? 0 : 2 * hits / (2 * hits + mistakes);
    }
}

/// <summary>Share of the rows' weight in which every one of several labels is predicted right. scikit-learn's <c>accuracy_score</c> of such rows; <c>MultilabelClassificationMetrics.SubsetAccuracy</c>.</summary>
internal sealed class SubsetAccuracy : Metric
{
    public override string Name => "SubsetAccuracy";
    public override IReadOnlyList<NetworkTask> Tasks => [NetworkTask.Multilabel];
    public override MetricTotal CreateTotal(int outputs, AffineScale targets) => new Total();

    sealed unsafe class Total : MetricTotal
    {
        double _right, _all;

        public override void Clear() => _right = _all = 0;

        public override void Add(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights)
        {
            for (nint row = 0; row < rows; row++)
            {
                bool isRight = true;
                for (int unit = 0; unit < units; unit++)
                    isRight &= logits[row * stride + unit] > 0 == targets[row * targetColumns + unit] > 0.5f;
                double weight = weights is null ? 1 : weights[row];
                _all += weight;
                _right += isRight ? weight : 0;
            }
        }

        public override double Value() => _right / _all;
    }
}
