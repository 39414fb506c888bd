using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>Share of the rows' weight whose class is predicted: over all rows (ML.NET's <c>MicroAccuracy</c> and <c>Accuracy</c>), or as mean of each class's own share (<c>MacroAccuracy</c>).</summary>
/// <remarks>The predicted class has the largest logit, the first of them where several are equal; a binary row is positive where its logit is above 0.</remarks>
internal sealed class Accuracy(bool macro) : Metric
{
    public override string Name => macro ? "MacroAccuracy" : "Accuracy";
    public override IReadOnlyList<NetworkTask> Tasks => macro ? [NetworkTask.Multiclass] : [NetworkTask.Multiclass, NetworkTask.Binary];

    public override MetricTotal CreateTotal(int outputs, AffineScale targets) => new Total(Math.Max(2, outputs), macro);

    sealed unsafe class Total(int classes, bool macro) : MetricTotal
    {
        readonly double[] _right = new double[classes], _all = new double[classes];

        public override void Clear()
        {
            Array.Clear(_right);
            Array.Clear(_all);
        }

        public override void Add(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights)
        {
            for (nint row = 0; row < rows; row++)
            {
                int label = (int)targets[row * targetColumns];
                double weight = weights is null ? 1 : weights[row];
                _all[label] += weight;
                if (Predicted(logits + row * stride, units) == label)
                    _right[label] += weight;
            }
        }

        static int Predicted(float* logits, int units)
        {
            if (units == 1)
                return logits[0] > 0 ? 1 : 0;
            int best = 0;
            for (int unit = 1; unit < units; unit++)
                best = logits[unit] > logits[best] ? unit : best;
            return best;
        }

        public override double Value()
        {
            double right = 0, all = 0;
            for (int label = 0; label < classes; label++)
            {
                if (_all[label] == 0)
                    continue;
                right += macro ? _right[label] / _all[label] : _right[label];
                all += macro ? 1 : _all[label];
            }
            return right / all;
        }
    }
}
