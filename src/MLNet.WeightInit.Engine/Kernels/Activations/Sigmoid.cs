using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = 1 / (1 + e^−x).</summary>
/// <remarks>φ′ = φ (1 − φ).</remarks>
internal sealed class Sigmoid : Activation
{
    public override string Name => "Sigmoid";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Sigmoid(preActivation);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Multiply(upstream, TSimd.Multiply(saved, TSimd.Subtract(TSimd.Broadcast(1), saved)));
    }
}
