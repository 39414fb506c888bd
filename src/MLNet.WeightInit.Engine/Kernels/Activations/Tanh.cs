namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = tanh z.</summary>
/// <remarks>φ′ = 1 − φ².</remarks>
internal sealed class Tanh : Activation
{
    public override string Name => "Tanh";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => true;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => VectorMath<TSimd, TVector>.Tanh(preActivation);

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector output) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Multiply(upstream, TSimd.Subtract(TSimd.Broadcast(1), TSimd.Multiply(output, output)));
    }
}
