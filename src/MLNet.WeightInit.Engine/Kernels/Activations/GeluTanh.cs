namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>GELU's approximation φ(z) = ½ z (1 + tanh(√(2/π) (z + 0.044715 z³))).</summary>
/// <remarks>Hendrycks and Gimpel 2016, section 2. Computed as z · sigmoid of twice the argument, which keeps the lower tail.</remarks>
internal sealed class GeluTanh : Activation
{
    public override string Name => "GELUTanh";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => false;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector bounded = TSimd.Min(TSimd.Max(preActivation, TSimd.Broadcast(-20)), TSimd.Broadcast(20));
            TVector result = TSimd.Multiply(preActivation, VectorMath<TSimd, TVector>.Sigmoid(TwiceArgument<TSimd, TVector>(bounded)));
            return TSimd.Select(TSimd.LessThan(preActivation, TSimd.Broadcast(-20)), TSimd.Broadcast(0), result);
        }

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            const float Root = 1.5957691216057308f, Cubic = 3 * 0.044715f * Root;
            TVector bounded = TSimd.Min(TSimd.Max(preActivation, TSimd.Broadcast(-20)), TSimd.Broadcast(20));
            TVector gate = VectorMath<TSimd, TVector>.Sigmoid(TwiceArgument<TSimd, TVector>(bounded));
            TVector argumentSlope = TSimd.MultiplyAdd(TSimd.Broadcast(Cubic), TSimd.Multiply(bounded, bounded), TSimd.Broadcast(Root));
            TVector gateSlope = TSimd.Multiply(TSimd.Multiply(gate, TSimd.Subtract(TSimd.Broadcast(1), gate)), argumentSlope);
            return TSimd.Multiply(upstream, TSimd.MultiplyAdd(bounded, gateSlope, gate));
        }

        static TVector TwiceArgument<TSimd, TVector>(TVector z) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            const float Root = 1.5957691216057308f, Cubic = 0.044715f * Root;        // 2 √(2/π)
            return TSimd.Multiply(z, TSimd.MultiplyAdd(TSimd.Broadcast(Cubic), TSimd.Multiply(z, z), TSimd.Broadcast(Root)));
        }
    }
}
