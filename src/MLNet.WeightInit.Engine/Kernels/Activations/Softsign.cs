namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = z / (1 + |z|).</summary>
/// <remarks>Bergstra et al. 2009. φ′ = (1 − |φ|)².</remarks>
internal sealed class Softsign : Activation
{
    public override string Name => "Softsign";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => true;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector result = TSimd.Divide(preActivation, TSimd.Add(TSimd.Abs(preActivation), TSimd.Broadcast(1)));
            // ∞ / ∞ is no number; its limit is ±1.
            TVector bounded = TSimd.Min(TSimd.Max(preActivation, TSimd.Broadcast(-1)), TSimd.Broadcast(1));
            return TSimd.Select(TSimd.LessThan(TSimd.Broadcast(1e30f), TSimd.Abs(preActivation)), bounded, result);
        }

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector output) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector rest = TSimd.Subtract(TSimd.Broadcast(1), TSimd.Abs(output));
            return TSimd.Multiply(upstream, TSimd.Multiply(rest, rest));
        }
    }
}
