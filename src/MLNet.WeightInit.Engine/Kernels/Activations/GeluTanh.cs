using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = ½ x (1 + tanh u) with u = √(2/π) (x + 0.044715 x³).</summary>
/// <remarks>Hendrycks and Gimpel 2016, the approximation of section 2. Computed as x · sigmoid(2u), the same number without the cancellation in 1 + tanh u.</remarks>
internal sealed class GeluTanh : Activation
{
    const double Cubic = 0.044715;

    /// <summary>2 √(2/π).</summary>
    const double Linear = 1.5957691216057307117;

    public override string Name => "GELUTanh";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector bounded = TSimd.Max(preActivation, TSimd.Broadcast(-100));
            return TSimd.Multiply(bounded, VectorMath<TSimd, TVector>.Sigmoid(TwiceInner<TSimd, TVector>(TSimd.Min(bounded, TSimd.Broadcast(100)), out _)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector bounded = VectorMath<TSimd, TVector>.Clamp(saved, -100, 100);
            TVector gate = VectorMath<TSimd, TVector>.Sigmoid(TwiceInner<TSimd, TVector>(bounded, out TVector slope), out TVector complement);
            // d/dx x σ(2u) = σ (1 + x · (2u)′ · (1 − σ))
            TVector factor = TSimd.MultiplyAdd(TSimd.Multiply(bounded, slope), complement, TSimd.Broadcast(1));
            return TSimd.Multiply(upstream, TSimd.Multiply(gate, factor));
        }

        /// <summary>2u, and its derivative.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TVector TwiceInner<TSimd, TVector>(TVector x, out TVector slope) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector square = TSimd.Multiply(x, x);
            TVector linear = TSimd.Broadcast((float)Linear);
            slope = TSimd.MultiplyAdd(square, TSimd.Broadcast((float)(3 * Linear * Cubic)), linear);
            return TSimd.Multiply(x, TSimd.MultiplyAdd(square, TSimd.Broadcast((float)(Linear * Cubic)), linear));
        }
    }
}
