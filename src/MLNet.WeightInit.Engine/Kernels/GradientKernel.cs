using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>What is done to gradients and weights as plain vectors, beside an optimizer's own arithmetic. Counts are multiples of 16.</summary>
internal abstract unsafe class GradientKernel
{
    public static GradientKernel Create(SimdLevel level) => SimdLevels.Create<Factory, GradientKernel>(level, default);

    /// <summary>Σ values², in 16 lanes and a fixed tree for each 1,024 values, and in double from block to block; also where a square is above what a float holds. NaN stays NaN.</summary>
    /// <remarks>Within 70 · 2⁻²⁴ of the exact sum, but for squares below 1e-38, which count as zero or nearly so.</remarks>
    public abstract double SquareSum(float* values, nint count);

    /// <summary>values ← values · factor.</summary>
    public abstract void Scale(float* values, nint count, float factor);

    /// <summary>values ← values limited to −limit … limit; NaN stays NaN.</summary>
    public abstract void Clamp(float* values, nint count, float limit);

    /// <summary>destination ← destination + factor · sign(source), with sign(0) = 0.</summary>
    public abstract void AddSigns(float* source, nint count, float factor, float* destination);

    /// <summary>destination ← destination + factor · source.</summary>
    public abstract void AddScaled(float* source, nint count, float factor, float* destination);

    /// <summary>average ← average + share · (values − average).</summary>
    public abstract void MoveTowards(float* values, nint count, float share, float* average);

    /// <summary>Scales those columns of a row-major block whose length √Σ x² is above the limit down to it. Sums go row by row.</summary>
    /// <param name="width">Floats of a row, a multiple of 16 and at most 32.</param>
    public abstract void LimitColumns(float* block, int rows, int width, float limit);

    readonly struct Factory : ISimdFactory<GradientKernel>
    {
        public GradientKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new GradientKernel<TSimd, TVector>();
    }
}

/// <inheritdoc cref="GradientKernel"/>
internal sealed unsafe class GradientKernel<TSimd, TVector> : GradientKernel where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const int Lanes = 16, Block = 1024;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override double SquareSum(float* values, nint count)
    {
        float* lanes = stackalloc float[Lanes];
        double total = 0;
        for (nint first = 0; first < count; first += Block)
        {
            nint length = Math.Min(Block, count - first);
            for (int lane = 0; lane < Lanes; lane += TSimd.Width)
            {
                TVector sum = TSimd.Broadcast(0);
                for (nint i = lane; i < length; i += Lanes)
                {
                    TVector value = TSimd.Load(values + first + i);
                    sum = TSimd.MultiplyAdd(value, value, sum);
                }
                TSimd.Store(sum, lanes + lane);
            }
            for (int half = Lanes / 2; half > 0; half /= 2)
                for (int lane = 0; lane < half; lane++)
                    lanes[lane] += lanes[lane + half];
            total += float.IsPositiveInfinity(lanes[0]) ? LargeSquareSum(values + first, length) : lanes[0];
        }
        return total;
    }

    /// <summary>A gradient that explodes is what clipping is for, and its squares may exceed a float's range long before it does.</summary>
    static double LargeSquareSum(float* values, nint count)
    {
        double sum = 0;
        for (nint i = 0; i < count; i++)
            sum += (double)values[i] * values[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Scale(float* values, nint count, float factor)
    {
        TVector scale = TSimd.Broadcast(factor);
        for (nint i = 0; i < count; i += TSimd.Width)
            TSimd.Store(TSimd.Multiply(TSimd.Load(values + i), scale), values + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Clamp(float* values, nint count, float limit)
    {
        TVector lowest = TSimd.Broadcast(-limit), highest = TSimd.Broadcast(limit);
        for (nint i = 0; i < count; i += TSimd.Width)
            TSimd.Store(TSimd.Min(TSimd.Max(TSimd.Load(values + i), lowest), highest), values + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddSigns(float* source, nint count, float factor, float* destination)
    {
        for (nint i = 0; i < count; i += TSimd.Width)
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Broadcast(factor), Sign<TSimd, TVector>.Of(TSimd.Load(source + i)), TSimd.Load(destination + i)), destination + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddScaled(float* source, nint count, float factor, float* destination)
    {
        TVector scale = TSimd.Broadcast(factor);
        for (nint i = 0; i < count; i += TSimd.Width)
            TSimd.Store(TSimd.MultiplyAdd(scale, TSimd.Load(source + i), TSimd.Load(destination + i)), destination + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MoveTowards(float* values, nint count, float share, float* average)
    {
        TVector part = TSimd.Broadcast(share);
        for (nint i = 0; i < count; i += TSimd.Width)
        {
            TVector old = TSimd.Load(average + i);
            TSimd.Store(TSimd.MultiplyAdd(part, TSimd.Subtract(TSimd.Load(values + i), old), old), average + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void LimitColumns(float* block, int rows, int width, float limit)
    {
        TVector one = TSimd.Broadcast(1), longest = TSimd.Broadcast(limit);
        for (int column = 0; column < width; column += TSimd.Width)
        {
            TVector sum = TSimd.Broadcast(0);
            float* value = block + column;
            for (int row = 0; row < rows; row++, value += width)
                sum = TSimd.MultiplyAdd(TSimd.Load(value), TSimd.Load(value), sum);
            TVector length = TSimd.Sqrt(sum), exceeds = TSimd.LessThan(longest, length);
            TVector factor = TSimd.Select(exceeds, TSimd.Divide(longest, length), one);
            if (TSimd.AllZero(TSimd.Subtract(factor, one)))
                continue;
            value = block + column;
            for (int row = 0; row < rows; row++, value += width)
                TSimd.Store(TSimd.Multiply(TSimd.Load(value), factor), value);
        }
    }
}

/// <summary>−1, 0 or 1; NaN stays NaN.</summary>
internal static class Sign<TSimd, TVector> where TSimd : struct, ISimd<TVector> where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector value)
    {
        TVector zero = TSimd.Broadcast(0);
        TVector positive = TSimd.Select(TSimd.LessThan(zero, value), TSimd.Broadcast(1), value);
        return TSimd.Select(TSimd.LessThan(value, zero), TSimd.Broadcast(-1), positive);
    }
}
