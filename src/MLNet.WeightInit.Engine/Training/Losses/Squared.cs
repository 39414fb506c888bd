using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary><c>(f − y)²</c>, without a half: PyTorch's <c>MSELoss</c>.</summary>
internal sealed class Squared : Loss
{
    public override string Name => "Squared";
    public override LossKernel CreateKernel(SimdLevel level) => new ResidualKernel<Residual>(default);

    readonly struct Residual : IResidualLoss
    {
        public double Value(double residual) => residual * residual;
        public double Slope(double residual) => 2 * residual;
    }
}
