namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = z · tanh(softplus(z)).</summary>
/// <remarks>Misra 2019. With e = e^z, tanh(ln(1 + e)) = e (e + 2) / (e (e + 2) + 2): one exponential.</remarks>
internal sealed class Mish : Activation
{
    public override string Name => "Mish";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => false;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector result = TSimd.Multiply(preActivation, Gate<TSimd, TVector>(preActivation, out _));
            return TSimd.Select(TSimd.LessThan(preActivation, TSimd.Broadcast(-100)), TSimd.Broadcast(0), result);
        }

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            // φ′ = g + z (1 − g²) sigmoid(z), with 1 − g² = 4 (e² + 2 e + 1) / (e² + 2 e + 2)², so no cancellation.
            TVector bounded = TSimd.Min(TSimd.Max(preActivation, TSimd.Broadcast(-100)), TSimd.Broadcast(20));
            TVector gate = Gate<TSimd, TVector>(bounded, out TVector product);
            TVector denominator = TSimd.Add(product, TSimd.Broadcast(2));
            TVector rest = TSimd.Divide(TSimd.Multiply(TSimd.Broadcast(4), TSimd.Add(product, TSimd.Broadcast(1))), TSimd.Multiply(denominator, denominator));
            TVector slope = TSimd.MultiplyAdd(TSimd.Multiply(bounded, rest), VectorMath<TSimd, TVector>.Sigmoid(bounded), gate);
            return TSimd.Multiply(upstream, slope);
        }

        /// <summary>tanh(softplus(z)); above 20 it is 1 to the last bit, and the exponential's square would overflow at 44.</summary>
        static TVector Gate<TSimd, TVector>(TVector z, out TVector product) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector exponential = VectorMath<TSimd, TVector>.Exp(TSimd.Min(z, TSimd.Broadcast(20)));
            product = TSimd.Multiply(exponential, TSimd.Add(exponential, TSimd.Broadcast(2)));
            return TSimd.Divide(product, TSimd.Add(product, TSimd.Broadcast(2)));
        }
    }
}
