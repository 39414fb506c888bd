using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Activations;

/// <summary>The loops of every activation: compiled once for each activation and vector width.</summary>
internal sealed unsafe class ActivationLoops<TActivation, TSimd, TVector>(TActivation activation) : ActivationKernel
    where TActivation : struct, IActivation
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    readonly TActivation _activation = activation;

    public override bool GradientFromOutput => TActivation.GradientFromOutput;

    public override bool IsIdentity => typeof(TActivation) == typeof(Identity.Function);

    public override bool IsGate => typeof(TActivation) == typeof(Relu.Function);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(float* source, float* destination, int rows, int columns, int stride)
    {
        if (typeof(TActivation) == typeof(Relu.Function))
        {
            Rectify(source, destination, rows, columns, stride);
            return;
        }
        TActivation activation = _activation;
        TVector smallest = TSimd.Broadcast(Smallest);
        for (nint row = 0; row < rows; row++)
        {
            float* from = source + row * stride, to = destination + row * stride;
            for (nint column = 0; column < columns; column += TSimd.Width)
                TSimd.Store(Negligible.Drop<TSimd, TVector>(activation.Forward<TSimd, TVector>(TSimd.Load(from + column)), smallest), to + column);
        }
    }

    /// <summary>The rectifier and the limit are one comparison: what isn't below the smallest positive number that counts stays, NaN too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Rectify(float* source, float* destination, int rows, int columns, int stride)
    {
        TVector zero = TSimd.Broadcast(0), smallest = TSimd.Broadcast(MathF.Max(Smallest, float.Epsilon));
        for (nint row = 0; row < rows; row++)
        {
            float* from = source + row * stride, to = destination + row * stride;
            for (nint column = 0; column < columns; column += TSimd.Width)
            {
                TVector value = TSimd.Load(from + column);
                TSimd.Store(TSimd.Select(TSimd.LessThan(value, smallest), zero, value), to + column);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(float* upstream, float* saved, float* gradient, int rows, int columns, int stride)
    {
        TActivation activation = _activation;
        TVector smallest = TSimd.Broadcast(Smallest);
        for (nint row = 0; row < rows; row++)
        {
            nint start = row * stride;
            for (nint i = start; i < start + columns; i += TSimd.Width)
                TSimd.Store(Negligible.Drop<TSimd, TVector>(activation.Backward<TSimd, TVector>(TSimd.Load(upstream + i), TSimd.Load(saved + i)), smallest), gradient + i);
        }
    }
}

/// <summary>Makes the loops of one activation for a vector width.</summary>
internal readonly struct ActivationLoops<TActivation>(TActivation activation, float smallest) : ISimdFactory<ActivationKernel>
    where TActivation : struct, IActivation
{
    readonly TActivation _activation = activation;
    readonly float _smallest = smallest;

    public ActivationKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct
        => new ActivationLoops<TActivation, TSimd, TVector>(_activation) { Smallest = _smallest };

    public static ActivationKernel Create(SimdLevel level, TActivation activation, float smallest)
        => SimdLevels.Create<ActivationLoops<TActivation>, ActivationKernel>(level, new(activation, smallest));
}
