using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(x) = x above 0, α (e^x − 1) below.</summary>
/// <remarks>Clevert, Unterthiner and Hochreiter 2016, eq. 5. Below 0, φ′ = φ + α, with an error of at most α · 2^-24.</remarks>
internal sealed class Elu : Activation
{
    public const float DefaultAlpha = 1;

    readonly float _alpha;

    /// <param name="alpha">α, the negative of the limit at −∞. Default: 1. Above 0 and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is outside of its range, or not a number.</exception>
    public Elu(float alpha = DefaultAlpha)
    {
        if (!(alpha > 0 && float.IsFinite(alpha)))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The alpha of ELU must be a finite number above 0. The usual value is 1.");
        _alpha = alpha;
    }

    public override string Name => "ELU";

    public override string Specification => $"ELU(alpha={SpecificationText.Format(_alpha)})";

    public override ActivationKernel CreateKernel(SimdLevel level, float smallest) => ActivationLoops<Function>.Create(level, new Function(_alpha), smallest);

    internal readonly struct Function(float alpha) : IActivation
    {
        readonly float _alpha = alpha;

        public static bool GradientFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector negative = TSimd.Multiply(TSimd.Broadcast(_alpha), VectorMath<TSimd, TVector>.ExpMinusOne(preActivation));
            return TSimd.Select(TSimd.LessThan(TSimd.Broadcast(0), preActivation), preActivation, negative);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector negative = TSimd.Multiply(upstream, TSimd.Add(saved, TSimd.Broadcast(_alpha)));
            return TSimd.Select(TSimd.LessThan(TSimd.Broadcast(0), saved), upstream, negative);
        }
    }
}
