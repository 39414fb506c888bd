namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = sin z.</summary>
/// <remarks>Sitzmann et al. 2020 (SIREN), with the frequency in the weights.</remarks>
internal sealed class Sine : Activation
{
    public override string Name => "Sin";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => false;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Sin(preActivation);

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Multiply(upstream, VectorMath<TSimd, TVector>.Cos(preActivation));
    }
}
