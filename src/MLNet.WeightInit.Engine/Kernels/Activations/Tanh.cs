using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = tanh x.</summary>
/// <remarks>φ′ = 1 − φ².</remarks>
internal sealed class Tanh : Activation
{
    public override string Name => "Tanh";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Tanh(preActivation);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Multiply(upstream, TSimd.MultiplyAdd(TSimd.Negate(saved), saved, TSimd.Broadcast(1)));
    }
}
