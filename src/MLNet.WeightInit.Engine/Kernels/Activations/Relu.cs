using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = max(x, 0).</summary>
/// <remarks>Nair and Hinton 2010. NaN is kept, in the output and in the gradient; φ′(0) = 0, as in PyTorch.</remarks>
internal sealed class Relu : Activation
{
    public override string Name => "ReLU";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Select(TSimd.LessThanOrEqual(preActivation, TSimd.Broadcast(0)), TSimd.Broadcast(0), preActivation);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Select(TSimd.LessThanOrEqual(saved, TSimd.Broadcast(0)), TSimd.Broadcast(0), upstream);
    }
}
