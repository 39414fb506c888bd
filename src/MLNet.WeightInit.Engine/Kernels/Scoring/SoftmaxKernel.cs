using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Scoring;

/// <summary>Softmax of one row, for scoring and for the loss.</summary>
internal abstract unsafe class SoftmaxKernel
{
    /// <summary>Replaces logits by exp(logit − max) / Σ, in place.</summary>
    /// <param name="row">Units padded to a multiple of 16; the padding is overwritten.</param>
    public abstract void Apply(float* row, int units);

    /// <summary>exponentials = exp(logit − max), zero in the padding; gives their sum and the maximum.</summary>
    /// <param name="logits">Padded to a multiple of 16; the padding is overwritten.</param>
    /// <param name="exponentials">As long; may be <paramref name="logits"/>.</param>
    public abstract float Exponentials(float* logits, int units, float* exponentials, out float maximum);

    public static SoftmaxKernel Create(SimdLevel level) => SimdLevels.Create<Factory, SoftmaxKernel>(level, default);

    readonly struct Factory : ISimdFactory<SoftmaxKernel>
    {
        public SoftmaxKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new SoftmaxKernel<TSimd, TVector>();
    }
}

/// <remarks>
/// Sums run in 16 lanes whatever the width, and the lanes are added in one fixed tree, so that every width gives the same bits. The padding is filled with −∞ first:
/// it loses every maximum and adds exp(−∞) = 0. A NaN logit makes the whole row NaN, as does an infinite maximum.
/// </remarks>
internal sealed unsafe class SoftmaxKernel<TSimd, TVector> : SoftmaxKernel where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const int Lanes = Panels.Padding;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Apply(float* row, int units)
    {
        float sum = Exponentials(row, units, row, out _);
        TVector divisor = TSimd.Broadcast(sum);
        for (int i = 0; i < Panels.Padded(units); i += TSimd.Width)
            TSimd.Store(TSimd.Divide(TSimd.Load(row + i), divisor), row + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override float Exponentials(float* logits, int units, float* exponentials, out float maximum)
    {
        int padded = Panels.Padded(units);
        for (int i = units; i < padded; i++)
            logits[i] = float.NegativeInfinity;
        float* lanes = stackalloc float[Lanes];
        for (int lane = 0; lane < Lanes; lane += TSimd.Width)
        {
            TVector best = TSimd.Load(logits + lane);
            for (int i = lane + Lanes; i < padded; i += Lanes)
                best = TSimd.Max(best, TSimd.Load(logits + i));
            TSimd.Store(best, lanes + lane);
        }
        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
                lanes[lane] = MathF.Max(lanes[lane], lanes[lane + half]);
        }
        maximum = lanes[0];

        TVector shift = TSimd.Broadcast(maximum);
        for (int lane = 0; lane < Lanes; lane += TSimd.Width)
        {
            TVector sum = TSimd.Broadcast(0);
            for (int i = lane; i < padded; i += Lanes)
            {
                TVector exponential = VectorMath<TSimd, TVector>.Exp(TSimd.Subtract(TSimd.Load(logits + i), shift));
                TSimd.Store(exponential, exponentials + i);
                sum = TSimd.Add(sum, exponential);
            }
            TSimd.Store(sum, lanes + lane);
        }
        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
                lanes[lane] += lanes[lane + half];
        }
        return lanes[0];
    }
}
