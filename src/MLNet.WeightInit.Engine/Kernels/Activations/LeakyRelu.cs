using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = x above 0, slope · x below.</summary>
/// <remarks>Maas, Hannun and Ng 2013. φ′(0) is the slope, as in PyTorch.</remarks>
internal sealed class LeakyRelu : Activation
{
    public const float DefaultSlope = 0.01f;

    readonly float _slope;

    /// <param name="slope">Slope below 0. Default: 0.01. At least 0 and finite: the sign of the output then tells the sign of the argument.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is outside of its range, or not a number.</exception>
    public LeakyRelu(float slope = DefaultSlope)
    {
        if (!(slope >= 0 && float.IsFinite(slope)))
            throw new ArgumentOutOfRangeException(nameof(slope), slope, "The slope of LeakyReLU must be a finite number of at least 0. The usual value is 0.01.");
        _slope = slope;
    }

    public override string Name => "LeakyReLU";

    public override string Specification => $"LeakyReLU(slope={SpecificationText.Format(_slope)})";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, new Function(_slope), smallest);

    internal readonly struct Function(float slope) : IActivation
    {
        readonly float _slope = slope;

        public static bool GradientFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Select(TSimd.LessThanOrEqual(preActivation, TSimd.Broadcast(0)), TSimd.Multiply(preActivation, TSimd.Broadcast(_slope)), preActivation);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Select(TSimd.LessThanOrEqual(saved, TSimd.Broadcast(0)), TSimd.Multiply(upstream, TSimd.Broadcast(_slope)), upstream);
    }
}
