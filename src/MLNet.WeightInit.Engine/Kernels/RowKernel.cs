using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Loops over rows that are neither products nor activations: gathering, standardizing, column sums.</summary>
internal abstract unsafe class RowKernel
{
    /// <summary>destination = (source − means) · scales, element by element; null means or scales leave that part out. Any length; not in place.</summary>
    public abstract void Standardize(float* source, float* means, float* scales, float* destination, int count);

    /// <summary>Copies rows one after the other, less their means.</summary>
    /// <param name="source">[rows × count] without padding.</param>
    /// <param name="means">Subtracted; null for none.</param>
    /// <param name="destination">Rows that start <paramref name="stride"/> floats apart.</param>
    public abstract void CenterRows(float* source, int rows, int count, float* means, float* destination, int stride);

    /// <summary>sums[column] = Σ rows, in row order. Columns are a multiple of 16.</summary>
    public abstract void SumRows(float* block, int rows, int columns, int stride, float* sums);

    /// <summary>Copies part of every row. Columns are a multiple of 16.</summary>
    public abstract void CopyRows(float* source, int sourceStride, int rows, int columns, float* destination, int destinationStride);

    /// <summary>block += addend, part of every row; the sums go into <paramref name="copy"/> too, where there is one, which may be the addend. Columns are a multiple of 16.</summary>
    /// <param name="addend">Null: nothing is added, and the block copied.</param>
    public abstract void AddRows(float* block, float* addend, float* copy, int rows, int columns, int stride);

    public static RowKernel Create(SimdLevel level) => SimdLevels.Create<Factory, RowKernel>(level, default);

    readonly struct Factory : ISimdFactory<RowKernel>
    {
        public RowKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new RowKernel<TSimd, TVector>();
    }
}

internal sealed unsafe class RowKernel<TSimd, TVector> : RowKernel where TSimd : struct, ISimd<TVector> where TVector : struct
{
    // The last vector overlaps the one before it: its elements are computed twice, to the same bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Standardize(float* source, float* means, float* scales, float* destination, int count)
    {
        if (count < TSimd.Width)
        {
            StandardizeFew(source, means, scales, destination, count);
            return;
        }
        for (int i = 0; i < count; i += TSimd.Width)
        {
            int at = Math.Min(i, count - TSimd.Width);
            TVector value = TSimd.Load(source + at);
            if (means is not null)
                value = TSimd.Subtract(value, TSimd.Load(means + at));
            if (scales is not null)
                value = TSimd.Multiply(value, TSimd.Load(scales + at));
            TSimd.Store(value, destination + at);
        }
    }

    static void StandardizeFew(float* source, float* means, float* scales, float* destination, int count)
    {
        for (int i = 0; i < count; i++)
        {
            float value = source[i];
            if (means is not null)
                value -= means[i];
            if (scales is not null)
                value *= scales[i];
            destination[i] = value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void CenterRows(float* source, int rows, int count, float* means, float* destination, int stride)
    {
        for (int row = 0; row < rows; row++, source += count, destination += stride)
        {
            if (count < TSimd.Width)
            {
                StandardizeFew(source, means, null, destination, count);
                continue;
            }
            for (int i = 0; i < count; i += TSimd.Width)
            {
                int at = Math.Min(i, count - TSimd.Width);
                TVector value = TSimd.Load(source + at);
                TSimd.Store(means is null ? value : TSimd.Subtract(value, TSimd.Load(means + at)), destination + at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumRows(float* block, int rows, int columns, int stride, float* sums)
    {
        int column = 0;
        for (; column + 4 * TSimd.Width <= columns; column += 4 * TSimd.Width)         // four chains of additions at once
        {
            TVector first = TSimd.Broadcast(0), second = first, third = first, fourth = first;
            float* value = block + column;
            for (int row = 0; row < rows; row++, value += stride)
            {
                first = TSimd.Add(first, TSimd.Load(value));
                second = TSimd.Add(second, TSimd.Load(value + TSimd.Width));
                third = TSimd.Add(third, TSimd.Load(value + 2 * TSimd.Width));
                fourth = TSimd.Add(fourth, TSimd.Load(value + 3 * TSimd.Width));
            }
            TSimd.Store(first, sums + column);
            TSimd.Store(second, sums + column + TSimd.Width);
            TSimd.Store(third, sums + column + 2 * TSimd.Width);
            TSimd.Store(fourth, sums + column + 3 * TSimd.Width);
        }
        for (; column < columns; column += TSimd.Width)
        {
            TVector sum = TSimd.Broadcast(0);
            float* value = block + column;
            for (int row = 0; row < rows; row++, value += stride)
                sum = TSimd.Add(sum, TSimd.Load(value));
            TSimd.Store(sum, sums + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void CopyRows(float* source, int sourceStride, int rows, int columns, float* destination, int destinationStride)
    {
        for (int row = 0; row < rows; row++, source += sourceStride, destination += destinationStride)
            for (int column = 0; column < columns; column += TSimd.Width)
                TSimd.Store(TSimd.Load(source + column), destination + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddRows(float* block, float* addend, float* copy, int rows, int columns, int stride)
    {
        for (nint row = 0; row < rows; row++)
            for (nint at = row * stride, end = at + columns; at < end; at += TSimd.Width)
            {
                TVector sum = TSimd.Load(block + at);
                if (addend is not null)
                {
                    sum = TSimd.Add(sum, TSimd.Load(addend + at));
                    TSimd.Store(sum, block + at);
                }
                if (copy is not null)
                    TSimd.Store(sum, copy + at);
            }
    }
}
