using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary><c>½ r²</c> up to |r| = δ, then <c>δ (|r| − ½ δ)</c>.</summary>
/// <remarks>Huber 1964; PyTorch's <c>HuberLoss</c>. With standardized targets δ is in units of the target's deviation.</remarks>
internal sealed class Huber : Loss
{
    readonly double _delta;

    /// <param name="delta">Where the square becomes a line; above 0. Default: 1.</param>
    public Huber(double delta = 1)
    {
        if (!(delta > 0) || !double.IsFinite(delta))
            throw new ArgumentOutOfRangeException(nameof(delta), delta, "Huber's delta must be a positive number, for example 1.");
        _delta = delta;
    }

    public override string Name => "Huber";
    public override string Specification => $"Huber(delta={SpecificationText.Format(_delta)})";
    public override LossKernel CreateKernel(SimdLevel level) => new ResidualKernel<Residual>(new Residual(_delta));

    readonly struct Residual(double delta) : IResidualLoss
    {
        public double Value(double residual)
        {
            double size = Math.Abs(residual);
            return size <= delta ? 0.5 * residual * residual : delta * (size - 0.5 * delta);
        }

        public double Slope(double residual) => Math.Clamp(residual, -delta, delta);
    }
}
