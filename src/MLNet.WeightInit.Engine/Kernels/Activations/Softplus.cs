using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = ln(1 + e^x).</summary>
/// <remarks>Dugas et al. 2001. φ′ = sigmoid(x) = 1 − e^−φ, which is as precise as the output itself.</remarks>
internal sealed class Softplus : Activation
{
    public override string Name => "Softplus";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Softplus(preActivation);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Multiply(upstream, TSimd.Negate(VectorMath<TSimd, TVector>.ExpMinusOne(TSimd.Negate(saved))));
    }
}
