namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = z Φ(z), with the exact normal distribution function.</summary>
/// <remarks>Hendrycks and Gimpel 2016.</remarks>
internal sealed class Gelu : Activation
{
    public override string Name => "GELU";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => false;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            // Φ(−∞) · −∞ is no number; its limit is 0.
            TVector result = TSimd.Multiply(preActivation, VectorMath<TSimd, TVector>.NormalDistribution(preActivation));
            return TSimd.Select(TSimd.LessThan(preActivation, TSimd.Broadcast(-20)), TSimd.Broadcast(0), result);
        }

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector bounded = TSimd.Min(TSimd.Max(preActivation, TSimd.Broadcast(-20)), TSimd.Broadcast(20));
            TVector slope = TSimd.MultiplyAdd(bounded, VectorMath<TSimd, TVector>.NormalDensity(bounded), VectorMath<TSimd, TVector>.NormalDistribution(bounded));
            return TSimd.Multiply(upstream, slope);
        }
    }
}
