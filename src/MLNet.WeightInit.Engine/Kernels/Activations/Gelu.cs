using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = x Φ(x), with the normal distribution function Φ.</summary>
/// <remarks>Hendrycks and Gimpel 2016; the exact form, by the error function. φ′ = Φ + x · density.</remarks>
internal sealed class Gelu : Activation
{
    public override string Name => "GELU";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            // Φ is 0 long before: the bound keeps −∞ · 0 from being NaN.
            TVector bounded = TSimd.Max(preActivation, TSimd.Broadcast(-100));
            return TSimd.Multiply(bounded, VectorMath<TSimd, TVector>.Normal(preActivation, out _));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector bounded = VectorMath<TSimd, TVector>.Clamp(saved, -100, 100);
            TVector cumulative = VectorMath<TSimd, TVector>.Normal(bounded, out TVector density);
            return TSimd.Multiply(upstream, TSimd.MultiplyAdd(bounded, density, cumulative));
        }
    }
}
