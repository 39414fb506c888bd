using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = λ x above 0, λ α (e^x − 1) below, with the λ and α that keep mean 0 and variance 1.</summary>
/// <remarks>Klambauer, Unterthiner, Mayr and Hochreiter 2017, eq. 2 and 14. Below 0, φ′ = φ + λ α.</remarks>
internal sealed class Selu : Activation
{
    const double Alpha = 1.6732632423543772848;
    const float Lambda = 1.0507009873554804934f, LambdaAlpha = (float)(1.0507009873554804934 * Alpha);

    public override string Name => "SELU";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, default(Function), smallest);

    internal readonly struct Function : IActivation
    {
        public static bool GradientFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector positive = TSimd.Multiply(TSimd.Broadcast(Lambda), preActivation);
            TVector negative = TSimd.Multiply(TSimd.Broadcast(LambdaAlpha), VectorMath<TSimd, TVector>.ExpMinusOne(preActivation));
            return TSimd.Select(TSimd.LessThan(TSimd.Broadcast(0), preActivation), positive, negative);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector slope = TSimd.Select(TSimd.LessThan(TSimd.Broadcast(0), saved), TSimd.Broadcast(Lambda), TSimd.Add(saved, TSimd.Broadcast(LambdaAlpha)));
            return TSimd.Multiply(upstream, slope);
        }
    }
}
