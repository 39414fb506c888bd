using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = sin x.</summary>
/// <remarks>Sitzmann et al. 2020. φ′ = cos x. Exact to a few ulp for |x| up to 1e5.</remarks>
internal sealed class Sine : Activation
{
    public override string Name => "Sin";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Sin(preActivation);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Multiply(upstream, VectorMath<TSimd, TVector>.Cos(saved));
    }
}
