namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = clamp(z, −1, 1).</summary>
/// <remarks>Collobert 2004. The slope at ±1 is 0.</remarks>
internal sealed class HardTanh : Activation
{
    public override string Name => "HardTanh";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => true;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Min(TSimd.Max(preActivation, TSimd.Broadcast(-1)), TSimd.Broadcast(1));

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector output) where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.And(TSimd.LessThan(TSimd.Abs(output), TSimd.Broadcast(1)), upstream);
    }
}
