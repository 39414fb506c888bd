using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = x tanh(softplus(x)).</summary>
/// <remarks>Misra 2020. With w = e^x and n = w (w + 2), tanh(ln(1 + w)) = n / (n + 2), and φ′ = n / (n + 2) + 4 x w (1 + w) / (n + 2)²: one exponential, no cancellation.</remarks>
internal sealed class Mish : Activation
{
    public override string Name => "Mish";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector product = Product<TSimd, TVector>(preActivation, out _);
            TVector gate = TSimd.Divide(product, TSimd.Add(product, TSimd.Broadcast(2)));
            // The gate is 0 long before: the bound keeps −∞ · 0 from being NaN.
            return TSimd.Multiply(TSimd.Max(preActivation, TSimd.Broadcast(-200)), gate);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector bounded = VectorMath<TSimd, TVector>.Clamp(saved, -200, 200);
            TVector product = Product<TSimd, TVector>(bounded, out TVector exponential);
            TVector denominator = TSimd.Add(product, TSimd.Broadcast(2));
            TVector numerator = TSimd.Multiply(exponential, TSimd.Add(exponential, TSimd.Broadcast(1)));
            TVector curvature = TSimd.Divide(TSimd.Divide(TSimd.Multiply(TSimd.Broadcast(4), numerator), denominator), denominator);
            TVector slope = TSimd.MultiplyAdd(bounded, curvature, TSimd.Divide(product, denominator));
            return TSimd.Multiply(upstream, slope);
        }

        /// <summary>n = w (w + 2), with w = e^x bounded where n / (n + 2) has long become 1.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TVector Product<TSimd, TVector>(TVector x, out TVector exponential) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            exponential = VectorMath<TSimd, TVector>.Exp(TSimd.Min(x, TSimd.Broadcast(20)));
            return TSimd.Multiply(exponential, TSimd.Add(exponential, TSimd.Broadcast(2)));
        }
    }
}
