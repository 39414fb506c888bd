using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = erf(√π x / 2), the error function with slope 1 at 0.</summary>
/// <remarks>φ′ = e^(−π x² / 4).</remarks>
internal sealed class ErrorFunction : Activation
{
    const float HalfRootOfPi = 0.88622692545275801f, QuarterPi = 0.78539816339744831f;

    public override string Name => "Erf";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Erf(TSimd.Multiply(preActivation, TSimd.Broadcast(HalfRootOfPi)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            // The derivative is 0 long before: the bound keeps the square finite.
            TVector bounded = TSimd.Min(TSimd.Abs(saved), TSimd.Broadcast(100));
            TVector exponent = TSimd.Multiply(TSimd.Multiply(bounded, bounded), TSimd.Broadcast(-QuarterPi));
            return TSimd.Multiply(upstream, VectorMath<TSimd, TVector>.Exp(exponent));
        }
    }
}
