namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = max(z, 0).</summary>
/// <remarks>Nair and Hinton 2010. NaN stays NaN; the slope at 0 is 0.</remarks>
internal sealed class Relu : Activation
{
    public override string Name => "ReLU";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => true;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Max(preActivation, TSimd.Broadcast(0));

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector output) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.And(TSimd.LessThan(TSimd.Broadcast(0), output), upstream);
    }
}
