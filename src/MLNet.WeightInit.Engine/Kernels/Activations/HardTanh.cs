using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = min(max(x, −1), 1).</summary>
/// <remarks>Collobert 2004. φ′ = 1 between −1 and 1, else 0, as in PyTorch.</remarks>
internal sealed class HardTanh : Activation
{
    public override string Name => "HardTanh";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Clamp(preActivation, -1, 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Select(TSimd.LessThanOrEqual(TSimd.Broadcast(1), TSimd.Abs(saved)), TSimd.Broadcast(0), upstream);
    }
}
