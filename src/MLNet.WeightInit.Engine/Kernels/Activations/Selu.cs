namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>ELU scaled so that zero mean and unit variance are a fixed point of wide layers with LeCun weights.</summary>
/// <remarks>Klambauer et al. 2017, eq. 2, α and λ to double precision in appendix A.1.</remarks>
internal sealed class Selu : Activation
{
    public override string Name => "SELU";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => true;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            const float Scale = 1.0507009873554805f, ScaledAlpha = 1.7580993408473768f;
            TVector below = TSimd.Multiply(TSimd.Broadcast(ScaledAlpha), VectorMath<TSimd, TVector>.ExpMinusOne(preActivation));
            return TSimd.Select(TSimd.LessThan(preActivation, TSimd.Broadcast(0)), below, TSimd.Multiply(TSimd.Broadcast(Scale), preActivation));
        }

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector output) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            const float Scale = 1.0507009873554805f, ScaledAlpha = 1.7580993408473768f;
            TVector slope = TSimd.Select(TSimd.LessThan(TSimd.Broadcast(0), output), TSimd.Broadcast(Scale), TSimd.Add(output, TSimd.Broadcast(ScaledAlpha)));
            return TSimd.Multiply(upstream, slope);
        }
    }
}
