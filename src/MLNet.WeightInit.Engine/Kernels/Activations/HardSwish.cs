using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = x · min(max(x + 3, 0), 6) / 6.</summary>
/// <remarks>Howard et al. 2019, section 5.2. φ′ = 0 at −3 and below, 1 at 3 and above, x / 3 + ½ between.</remarks>
internal sealed class HardSwish : Activation
{
    public override string Name => "HardSwish";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector shifted = TSimd.Add(preActivation, TSimd.Broadcast(3));
            TVector gate = TSimd.Multiply(VectorMath<TSimd, TVector>.Clamp(shifted, 0, 6), TSimd.Broadcast(1f / 6));
            return TSimd.Multiply(TSimd.Max(preActivation, TSimd.Broadcast(-3)), gate);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector three = TSimd.Broadcast(3);
            TVector slope = TSimd.MultiplyAdd(saved, TSimd.Broadcast(1f / 3), TSimd.Broadcast(0.5f));
            slope = TSimd.Select(TSimd.LessThanOrEqual(saved, TSimd.Negate(three)), TSimd.Broadcast(0), slope);
            slope = TSimd.Select(TSimd.LessThanOrEqual(three, saved), TSimd.Broadcast(1), slope);
            return TSimd.Multiply(upstream, slope);
        }
    }
}
