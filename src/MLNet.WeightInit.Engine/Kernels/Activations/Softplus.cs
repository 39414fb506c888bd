namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = ln(1 + e^z).</summary>
/// <remarks>Dugas et al. 2001. φ′ = 1 − e^−φ.</remarks>
internal sealed class Softplus : Activation
{
    public override string Name => "Softplus";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => true;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Softplus(preActivation);

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector output) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Multiply(upstream, TSimd.Negate(VectorMath<TSimd, TVector>.ExpMinusOne(TSimd.Negate(output))));
    }
}
