namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = 1 / (1 + e^−z).</summary>
/// <remarks>φ′ = φ (1 − φ).</remarks>
internal sealed class Sigmoid : Activation
{
    public override string Name => "Sigmoid";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => true;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Sigmoid(preActivation);

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector output) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Multiply(upstream, TSimd.Multiply(output, TSimd.Subtract(TSimd.Broadcast(1), output)));
    }
}
