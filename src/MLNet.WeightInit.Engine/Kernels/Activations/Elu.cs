using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = z above 0, alpha (e^z − 1) below.</summary>
/// <remarks>Clevert et al. 2016. φ′ below 0 is φ + alpha.</remarks>
internal sealed class Elu : Activation
{
    readonly float _alpha;

    /// <param name="alpha">The limit far below 0 is −alpha; above 0. Default: 1.</param>
    public Elu(float alpha = 1)
    {
        if (!(alpha > 0 && float.IsFinite(alpha)))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "ELU's alpha must be a positive number, for example 1.");
        _alpha = alpha;
    }

    public override string Name => "ELU";
    public override string Specification => $"ELU(alpha={SpecificationText.Format(_alpha)})";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(_alpha), level);

    internal readonly struct Function(float alpha) : IActivationFunction
    {
        public static bool GradientFromOutput => true;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Select(TSimd.LessThan(preActivation, TSimd.Broadcast(0)), TSimd.Multiply(TSimd.Broadcast(alpha), VectorMath<TSimd, TVector>.ExpMinusOne(preActivation)), preActivation);

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector output) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Select(TSimd.LessThan(TSimd.Broadcast(0), output), upstream, TSimd.Multiply(upstream, TSimd.Add(output, TSimd.Broadcast(alpha))));
    }
}
