namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = z · sigmoid(z), also called swish.</summary>
/// <remarks>Elfwing et al. 2018; Ramachandran et al. 2017.</remarks>
internal sealed class Silu : Activation
{
    public override string Name => "SiLU";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => false;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector result = TSimd.Multiply(preActivation, VectorMath<TSimd, TVector>.Sigmoid(preActivation));
            return TSimd.Select(TSimd.LessThan(preActivation, TSimd.Broadcast(-100)), TSimd.Broadcast(0), result);
        }

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector bounded = TSimd.Min(TSimd.Max(preActivation, TSimd.Broadcast(-100)), TSimd.Broadcast(100));
            TVector gate = VectorMath<TSimd, TVector>.Sigmoid(bounded);
            TVector slope = TSimd.MultiplyAdd(TSimd.Multiply(bounded, gate), TSimd.Subtract(TSimd.Broadcast(1), gate), gate);
            return TSimd.Multiply(upstream, slope);
        }
    }
}
