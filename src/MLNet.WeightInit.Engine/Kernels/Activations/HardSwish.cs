namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>φ(z) = z · clamp(z + 3, 0, 6) / 6.</summary>
/// <remarks>Howard et al. 2019, eq. 3.</remarks>
internal sealed class HardSwish : Activation
{
    public override string Name => "HardSwish";

    public override ActivationKernel CreateKernel(SimdLevel level) => ActivationLoops<Function>.Create(new Function(), level);

    internal readonly struct Function : IActivationFunction
    {
        public static bool GradientFromOutput => false;

        public TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector gate = TSimd.Min(TSimd.Max(TSimd.Add(preActivation, TSimd.Broadcast(3)), TSimd.Broadcast(0)), TSimd.Broadcast(6));
            TVector result = TSimd.Multiply(TSimd.Multiply(preActivation, gate), TSimd.Broadcast(1f / 6));
            return TSimd.Select(TSimd.LessThan(preActivation, TSimd.Broadcast(-3)), TSimd.Broadcast(0), result);
        }

        public TVector Backward<TSimd, TVector>(TVector upstream, TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct
        {
            TVector middle = TSimd.MultiplyAdd(preActivation, TSimd.Broadcast(1f / 3), TSimd.Broadcast(0.5f));
            TVector slope = TSimd.Select(TSimd.LessThan(TSimd.Broadcast(3), preActivation), TSimd.Broadcast(1), middle);
            return TSimd.Multiply(upstream, TSimd.Select(TSimd.LessThan(preActivation, TSimd.Broadcast(-3)), TSimd.Broadcast(0), slope));
        }
    }
}
