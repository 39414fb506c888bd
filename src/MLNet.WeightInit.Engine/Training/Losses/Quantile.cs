using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>The pinball loss, lowest at a quantile of the label: <c>τ (y − f)</c> where the label is above the output, <c>(1 − τ) (f − y)</c> where it is below. Slope 0 at 0.</summary>
/// <remarks>Koenker and Bassett 1978, "Regression Quantiles", Econometrica 46. At τ = ½ it is half the absolute loss.</remarks>
internal sealed class Quantile : Loss
{
    readonly double _level;

    /// <param name="level">Share of labels that shall lie below the output: above 0 and below 1. Default: 0.5, the median.</param>
    public Quantile(double level = 0.5)
    {
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "A quantile's level must be above 0 and below 1, for example 0.9: nine labels of ten lie below the prediction.");
        _level = level;
    }

    public override string Name => "Quantile";
    public override string Specification => $"Quantile(level={SpecificationText.Format(_level)})";
    public override LossKernel CreateKernel(SimdLevel level) => new ResidualKernel<Residual>(new Residual(_level));

    public override float[] PriorBias(TrainingSet data, ReadOnlySpan<int> rows, NetworkTask task, int outputs, AffineScale targetScale)
        => TargetStatistics.QuantileBias(data, rows, outputs, _level, targetScale);

    readonly struct Residual(double level) : IResidualLoss
    {
        public double Value(double residual) => residual < 0 ? -level * residual : (1 - level) * residual;

        public double Slope(double residual) => residual switch
        {
            < 0 => -level,
            > 0 => 1 - level,
            _ => residual,                                     // 0 or NaN
        };
    }
}
