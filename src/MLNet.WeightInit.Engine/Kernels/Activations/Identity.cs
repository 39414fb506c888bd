namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = z.</summary>
internal sealed class Identity : Activation
{
    public override string Name => "Identity";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => true;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => preActivation;

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector output) where TSimd : struct, ISimd<TVector> where TVector : struct
            => upstream;
    }
}
