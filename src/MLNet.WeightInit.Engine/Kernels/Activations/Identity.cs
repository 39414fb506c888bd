using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = x: a linear layer.</summary>
internal sealed class Identity : Activation
{
    public override string Name => "Identity";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => preActivation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
            => upstream;
    }
}
