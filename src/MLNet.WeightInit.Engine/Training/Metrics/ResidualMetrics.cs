using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Metrics;

/// <summary>A metric of the differences between predicted value and label, in the label's own unit; over several target columns, of all of them together.</summary>
internal abstract class ResidualMetric : Metric
{
    public sealed override IReadOnlyList<NetworkTask> Tasks => [NetworkTask.Regression];
    public sealed override bool HigherIsBetter => false;
    public sealed override (double Lowest, double Highest) Range => (0, double.PositiveInfinity);

    /// <summary>What a residual adds.</summary>
    public abstract double Term(double residual);

    /// <summary>The metric from the weighted mean of the terms.</summary>
    public virtual double OfMean(double mean) => mean;

    public sealed override MetricTotal CreateTotal(int outputs, AffineScale targets) => new Total(this, targets);

    sealed unsafe class Total(ResidualMetric metric, AffineScale scale) : MetricTotal
    {
        double _sum, _weight;

        public override void Clear() => _sum = _weight = 0;

        public override void Add(float* logits, int rows, int units, int stride, float* targets, int targetColumns, float* weights)
        {
            for (nint row = 0; row < rows; row++)
            {
                double weight = weights is null ? 1 : weights[row];
                for (int unit = 0; unit < units; unit++)
                {
                    double output = logits[row * stride + unit], residual = (scale.IsExponential ? ScalarMath.Exp(output) : output) - targets[row * targetColumns + unit];
                    _sum += weight * metric.Term(scale.IsNone ? residual : residual * scale.Scales[unit]);
                }
                _weight += weight * units;
            }
        }

        public override double Value() => metric.OfMean(_sum / _weight);
    }
}

/// <summary>Square root of the mean squared residual. ML.NET's <c>RootMeanSquaredError</c>.</summary>
internal sealed class RootMeanSquaredError : ResidualMetric
{
    public override string Name => "RMSE";
    public override double Term(double residual) => residual * residual;
    public override double OfMean(double mean) => Math.Sqrt(mean);
}

/// <summary>Mean size of the residual. ML.NET's <c>MeanAbsoluteError</c>.</summary>
internal sealed class MeanAbsoluteError : ResidualMetric
{
    public override string Name => "MAE";
    public override double Term(double residual) => Math.Abs(residual);
}
