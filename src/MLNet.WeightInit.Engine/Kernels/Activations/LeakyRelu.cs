using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = z above 0, slope · z below.</summary>
/// <remarks>Maas et al. 2013. The slope at 0 is the leaky one.</remarks>
internal sealed class LeakyRelu : Activation
{
    readonly float _slope;

    /// <param name="slope">Slope below 0; 0 … 1. Default: 0.01.</param>
    public LeakyRelu(float slope = 0.01f)
    {
        if (!(slope is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(slope), slope, "LeakyReLU's slope must be between 0 and 1, for example 0.01.");
        _slope = slope;
    }

    public override string Name => "LeakyReLU";
    public override string Specification => $"LeakyReLU(slope={SpecificationText.Format(_slope)})";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(_slope), level);

    internal readonly struct Function(float slope) : IActivationFunction
    {
        public static bool GradientFromOutput => true;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Select(TSimd.LessThan(preActivation, TSimd.Broadcast(0)), TSimd.Multiply(preActivation, TSimd.Broadcast(slope)), preActivation);

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector output) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Select(TSimd.LessThan(TSimd.Broadcast(0), output), upstream, TSimd.Multiply(upstream, TSimd.Broadcast(slope)));
    }
}
