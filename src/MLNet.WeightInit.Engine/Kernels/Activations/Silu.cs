using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = x · sigmoid(x), also known as swish.</summary>
/// <remarks>Elfwing, Uchibe and Doya 2018; Ramachandran, Zoph and Le 2017. φ′ = σ (1 + x (1 − σ)).</remarks>
internal sealed class Silu : Activation
{
    public override string Name => "SiLU";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            // The sigmoid is 0 long before: the bound keeps −∞ · 0 from being NaN.
            TVector bounded = TSimd.Max(preActivation, TSimd.Broadcast(-200));
            return TSimd.Multiply(bounded, VectorMath<TSimd, TVector>.Sigmoid(preActivation));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector bounded = VectorMath<TSimd, TVector>.Clamp(saved, -200, 200);
            TVector gate = VectorMath<TSimd, TVector>.Sigmoid(bounded, out TVector complement);
            TVector factor = TSimd.MultiplyAdd(bounded, complement, TSimd.Broadcast(1));
            return TSimd.Multiply(upstream, TSimd.Multiply(gate, factor));
        }
    }
}
