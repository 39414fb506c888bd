using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = x / (1 + |x|).</summary>
/// <remarks>Turian, Bergstra and Bengio 2009. φ′ = (1 − |φ|)².</remarks>
internal sealed class Softsign : Activation
{
    public override string Name => "Softsign";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            // The largest number for ±∞: ∞ / ∞ would be NaN.
            TVector bounded = VectorMath<TSimd, TVector>.Clamp(preActivation, float.MinValue, float.MaxValue);
            return TSimd.Divide(bounded, TSimd.Add(TSimd.Broadcast(1), TSimd.Abs(bounded)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector root = TSimd.Subtract(TSimd.Broadcast(1), TSimd.Abs(saved));
            return TSimd.Multiply(upstream, TSimd.Multiply(root, root));
        }
    }
}
