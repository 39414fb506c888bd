using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Scoring;

/// <summary>Softmax of one row, for scoring and for the loss.</summary>
internal abstract unsafe class SoftmaxKernel
{
    /// <summary>Replaces logits by exp(logit − max) / Σ, in place.</summary>
    /// <param name="row">Units padded to a multiple of 16; the padding is overwritten.</param>
    public abstract void Apply(float* row, int units);

    /// <summary>As <see cref="Apply"/> for rows that start <paramref name="stride"/> floats apart, and gives the same bits; with up to 16 units the padding is left alone where there are several rows.</summary>
    public abstract void ApplyRows(float* first, int rows, int units, int stride);

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

    public override void ApplyRows(float* first, int rows, int units, int stride)
    {
        if (units > Lanes || rows == 1)
        {
            for (int row = 0; row < rows; row++)
                Apply(first + (nint)row * stride, units);
            return;
        }
        for (int row = 0; row < rows; row += Lanes)
            ApplyBlock(first + (nint)row * stride, Math.Min(Lanes, rows - row), units, stride);
    }

    /// <summary>Up to 16 rows of up to 16 units, transposed so that the lanes are rows; the units are added in the order in which <see cref="Exponentials"/> adds its lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ApplyBlock(float* first, int rows, int units, int stride)
    {
        float* columns = stackalloc float[Lanes * Lanes], sums = stackalloc float[Lanes * Lanes];
        Panels.Transpose(first, stride, rows, units, columns, Lanes);
        for (int lane = 0; lane < rows; lane += TSimd.Width)
        {
            TVector maximum = TSimd.Load(columns + lane);
            for (int unit = 1; unit < units; unit++)
                maximum = TSimd.Max(maximum, TSimd.Load(columns + unit * Lanes + lane));
            for (int unit = 0; unit < units; unit++)
            {
                TVector exponential = VectorMath<TSimd, TVector>.Exp(TSimd.Subtract(TSimd.Load(columns + unit * Lanes + lane), maximum));
                TSimd.Store(exponential, columns + unit * Lanes + lane);
                TSimd.Store(exponential, sums + unit * Lanes + lane);
            }
            int left = units;                                  // the tree over 16 lanes, without the lanes that would be 0
            for (int half = Lanes / 2; half > 0; half /= 2)
            {
                for (int unit = half; unit < left; unit++)
                    TSimd.Store(TSimd.Add(TSimd.Load(sums + (unit - half) * Lanes + lane), TSimd.Load(sums + unit * Lanes + lane)), sums + (unit - half) * Lanes + lane);
                left = Math.Min(left, half);
            }
            TVector divisor = TSimd.Load(sums + lane);
            for (int unit = 0; unit < units; unit++)
                TSimd.Store(TSimd.Divide(TSimd.Load(columns + unit * Lanes + lane), divisor), columns + unit * Lanes + lane);
        }
        Panels.Transpose(columns, Lanes, units, rows, first, stride);
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
