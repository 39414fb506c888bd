namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>The arithmetic of one activation, written once for every vector width.</summary>
internal interface IActivationFunction
{
    /// <summary>True where <see cref="Backward"/> takes the output, false where it takes the pre-activation.</summary>
    static abstract bool GradientFromOutput { get; }

    /// <summary>φ(z).</summary>
    TVector Forward<TSimd, TVector>(TVector preActivation) where TSimd : struct, ISimd<TVector> where TVector : struct;

    /// <summary>upstream · φ′.</summary>
    /// <param name="saved">The output or the pre-activation, as <see cref="GradientFromOutput"/> says.</param>
    TVector Backward<TSimd, TVector>(TVector upstream, TVector saved) where TSimd : struct, ISimd<TVector> where TVector : struct;
}

/// <summary>Compiles the loops of one activation for one vector width.</summary>
internal readonly struct ActivationLoops<TFunction>(TFunction function) : ISimdFactory<ActivationKernel> where TFunction : struct, IActivationFunction
{
    readonly TFunction _function = function;

    public static ActivationKernel Create(TFunction function, SimdLevel level)
        => SimdLevels.Create<ActivationLoops<TFunction>, ActivationKernel>(level, new ActivationLoops<TFunction>(function));

    public ActivationKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct
        => new Kernel<TSimd, TVector>(_function);

    sealed unsafe class Kernel<TSimd, TVector>(TFunction function) : ActivationKernel where TSimd : struct, ISimd<TVector> where TVector : struct
    {
        public override bool GradientFromOutput => TFunction.GradientFromOutput;

        public override bool IsIdentity => typeof(TFunction) == typeof(Identity.Function);

        public override void Forward(float* source, float* destination, int rows, int columns, int stride)
        {
            TFunction local = function;
            for (int row = 0; row < rows; row++, source += stride, destination += stride)
            {
                for (int column = 0; column < columns; column += TSimd.Width)
                    TSimd.Store(local.Forward<TSimd, TVector>(TSimd.Load(source + column)), destination + column);
            }
        }

        public override void Backward(float* upstream, float* saved, float* gradient, int rows, int columns, int stride)
        {
            TFunction local = function;
            for (int row = 0; row < rows; row++, upstream += stride, saved += stride, gradient += stride)
            {
                for (int column = 0; column < columns; column += TSimd.Width)
                    TSimd.Store(local.Backward<TSimd, TVector>(TSimd.Load(upstream + column), TSimd.Load(saved + column)), gradient + column);
            }
        }
    }
}
