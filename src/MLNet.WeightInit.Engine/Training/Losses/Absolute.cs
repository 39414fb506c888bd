using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary><c>|f − y|</c>: PyTorch's <c>L1Loss</c>. Slope 0 at 0.</summary>
internal sealed class Absolute : Loss
{
    public override string Name => "Absolute";
    public override LossKernel CreateKernel(SimdLevel level) => new ResidualKernel<Residual>(default);

    readonly struct Residual : IResidualLoss
    {
        public double Value(double residual) => Math.Abs(residual);
        public double Slope(double residual) => double.IsNaN(residual) ? residual : Math.Sign(residual);
    }
}
