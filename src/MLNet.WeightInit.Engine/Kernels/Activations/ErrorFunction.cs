namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = erf(√π z / 2): slope 1 at 0.</summary>
/// <remarks>φ′ = e^(−π z² / 4).</remarks>
internal sealed class ErrorFunction : Activation
{
    public override string Name => "Erf";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => false;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Erf(TSimd.Multiply(preActivation, TSimd.Broadcast(0.886226925f)));

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Multiply(upstream, VectorMath<TSimd, TVector>.ExpMinusSquare(TSimd.Multiply(preActivation, TSimd.Broadcast(0.886226925f))));
    }
}
