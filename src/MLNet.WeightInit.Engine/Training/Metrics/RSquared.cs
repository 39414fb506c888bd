using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>Coefficient of determination: 1 − squared error / squared deviation of the labels from their mean over the same rows; over several target columns the mean of each one's own. ML.NET's <c>RSquared</c>.</summary>
/// <remarks>It has no unit, so that target columns count the same, whatever theirs. A column that is the same in all rows counts 0, or 1 where it is predicted exactly, as in scikit-learn's <c>r2_score</c>.</remarks>
internal sealed class RSquared : Metric
{
    public override string Name => "R2";
    public override (double Lowest, double Highest) Range => (double.NegativeInfinity, 1);
    public override IReadOnlyList<NetworkTask> Tasks => [NetworkTask.Regression];
    public override string? Requirement => "labels that differ from row to row";

    public override bool IsDefinedFor(TrainingSet data, ReadOnlySpan<int> rows)
    {
        foreach (int row in rows)
            for (int column = 0; column < data.TargetColumns; column++)
                if (data.Targets[(long)row * data.TargetColumns + column] != data.Targets[(long)rows[0] * data.TargetColumns + column])
                    return true;
        return false;
    }

    public override MetricTotal CreateTotal(int outputs, AffineScale targets) => new Total(outputs, targets.IsExponential);

    /// <remarks>Deviations are summed from the first label on, so that a mean far above them costs no digits.</remarks>
    sealed unsafe class Total(int columns, bool isExponential) : MetricTotal
    {
        readonly double[] _first = new double[columns], _errors = new double[columns], _sums = new double[columns], _squares = new double[columns];
        double _weight;

        public override void Clear()
        {
            Array.Clear(_errors);
            Array.Clear(_sums);
            Array.Clear(_squares);
            _weight = 0;
        }

        public override void Add(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights)
        {
            for (nint row = 0; row < rows; row++)
            {
                double weight = weights is null ? 1 : weights[row];
                for (int unit = 0; unit < units; unit++)
                {
                    double output = logits[row * stride + unit], target = targets[row * targetColumns + unit], residual = (isExponential ? ScalarMath.Exp(output) : output) - target;
                    if (_weight == 0)
                        _first[unit] = target;
                    double deviation = target - _first[unit];
                    _errors[unit] += weight * residual * residual;
                    _sums[unit] += weight * deviation;
                    _squares[unit] += weight * deviation * deviation;
                }
                _weight += weight;
            }
        }

        /// <summary>NaN where no column differs.</summary>
        public override double Value()
        {
            double sum = 0;
            bool differs = false;
            for (int column = 0; column < columns; column++)
            {
                double deviations = _squares[column] - _sums[column] * _sums[column] / _weight;
                differs |= deviations > 0;
                sum += deviations > 0 || double.IsNaN(_errors[column]) ? 1 - _errors[column] / deviations : _errors[column] == 0 ? 1 : 0;
            }
            return differs ? sum / columns : double.NaN;
        }
    }
}
