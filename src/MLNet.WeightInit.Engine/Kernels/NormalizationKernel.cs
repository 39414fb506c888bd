using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Layer normalization of rows, forward and backward (Ba, Kiros and Hinton 2016, eq. 3 and 4).</summary>
/// <remarks>Blocks are rows of units, padded with zeros to a multiple of 16, that start stride floats apart; scales and shifts are padded with zeros too.</remarks>
internal abstract unsafe class NormalizationKernel
{
    /// <summary>Added to the variance: what PyTorch has as its default, far below the variance of any layer that is not dead.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>block = (block − mean) / √(variance + ε) in each row, in place; destination = scales · block + shifts.</summary>
    /// <param name="inverses">Takes 1 / √(variance + ε), one a row.</param>
    /// <param name="destination">As the block, and may be the same.</param>
    /// <param name="addend">As the block, and added to it first; null for nothing.</param>
    /// <param name="copy">Takes the sums before they are normalized, and may be the addend; null where nobody needs them.</param>
    public abstract void Forward(float* block, float* inverses, float* scales, float* shifts, float* destination, int rows, int units, int stride, float* addend = null, float* copy = null);

    /// <summary>From ∂L/∂(scales · normalized + shifts) to the gradient by what was normalized, which replaces the normalized values.</summary>
    /// <remarks>With g = scales · gradient: (g − mean g − normalized · mean(g · normalized)) / √(variance + ε).</remarks>
    /// <param name="addend">As the block, added to the result: what comes past the normalization. Null for nothing.</param>
    public abstract void Backward(float* gradient, float* normalized, float* inverses, float* scales, int rows, int units, int stride, float* addend = null);

    /// <summary>sums[column] = Σ over rows of left · right, in row order: the gradient of the scales. Columns are a multiple of 16.</summary>
    public abstract void SumProducts(float* left, float* right, int rows, int columns, int stride, float* sums);

    public static NormalizationKernel Create(SimdLevel level) => SimdLevels.Create<Factory, NormalizationKernel>(level, default);

    readonly struct Factory : ISimdFactory<NormalizationKernel>
    {
        public NormalizationKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new NormalizationKernel<TSimd, TVector>();
    }
}

/// <remarks>Sums over units run in 16 lanes whatever the width and are added in one tree; the mean is subtracted before squares are summed, so that a large mean costs no digits.</remarks>
[SkipLocalsInit]
internal sealed unsafe class NormalizationKernel<TSimd, TVector> : NormalizationKernel where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const int Lanes = Panels.Padding;

    /// <summary>Rows that go through each step before the next one: their sums then don't wait for one another. 512 units of them stay in the first-level cache.</summary>
    const int Together = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(float* block, float* inverses, float* scales, float* shifts, float* destination, int rows, int units, int stride, float* addend, float* copy)
    {
        int padded = Panels.Padded(units);
        float* means = stackalloc float[Together];
        for (int first = 0; first < rows; first += Together)
        {
            int count = Math.Min(Together, rows - first);
            float* group = block + (nint)first * stride;
            for (int row = 0; row < count; row++)
            {
                nint at = (nint)row * stride;
                if (addend is not null || copy is not null)
                    AddRow(group + at, addend is null ? null : addend + (nint)first * stride + at, copy is null ? null : copy + (nint)first * stride + at, padded);
                means[row] = Sum(group + at, padded) / units;
            }
            for (int row = 0; row < count; row++)
            {
                float* values = group + (nint)row * stride;
                TVector mean = TSimd.Broadcast(means[row]);
                for (int i = 0; i < padded; i += TSimd.Width)
                    TSimd.Store(TSimd.Subtract(TSimd.Load(values + i), mean), values + i);
                ClearPadding(values, units, padded);
            }
            for (int row = 0; row < count; row++)
            {
                float* values = group + (nint)row * stride;
                inverses[first + row] = 1 / MathF.Sqrt(SumOfProducts(values, values, padded) / units + Epsilon);
            }
            for (int row = 0; row < count; row++)
            {
                float* values = group + (nint)row * stride, to = destination + (nint)(first + row) * stride;
                TVector factor = TSimd.Broadcast(inverses[first + row]);
                for (int i = 0; i < padded; i += TSimd.Width)
                {
                    TVector normalized = TSimd.Multiply(TSimd.Load(values + i), factor);
                    TSimd.Store(normalized, values + i);
                    TSimd.Store(TSimd.MultiplyAdd(normalized, TSimd.Load(scales + i), TSimd.Load(shifts + i)), to + i);
                }
                // 0 · NaN: products of few units leave the padding as it is, and the next row here would be NaN too.
                if (float.IsNaN(inverses[first + row]))
                {
                    ClearPadding(values, units, padded);
                    ClearPadding(to, units, padded);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(float* gradient, float* normalized, float* inverses, float* scales, int rows, int units, int stride, float* addend)
    {
        int padded = Panels.Padded(units);
        float* means = stackalloc float[Together], slopes = stackalloc float[Together];
        for (int first = 0; first < rows; first += Together)
        {
            int count = Math.Min(Together, rows - first);
            for (int row = 0; row < count; row++)
            {
                nint at = (nint)(first + row) * stride;
                means[row] = SumOfProducts(gradient + at, scales, padded) / units;
                slopes[row] = SumOfTripleProducts(gradient + at, scales, normalized + at, padded) / units;
            }
            for (int row = 0; row < count; row++)
            {
                nint at = (nint)(first + row) * stride;
                TVector mean = TSimd.Broadcast(means[row]), slope = TSimd.Broadcast(slopes[row]), inverse = TSimd.Broadcast(inverses[first + row]);
                for (nint i = at; i < at + padded; i += TSimd.Width)
                {
                    TVector scaled = TSimd.Subtract(TSimd.Multiply(TSimd.Load(gradient + i), TSimd.Load(scales + i - at)), mean);
                    scaled = TSimd.Multiply(TSimd.MultiplyAdd(TSimd.Negate(TSimd.Load(normalized + i)), slope, scaled), inverse);
                    TSimd.Store(addend is null ? scaled : TSimd.Add(scaled, TSimd.Load(addend + i)), normalized + i);
                }
                ClearPadding(normalized + at, units, padded);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumProducts(float* left, float* right, int rows, int columns, int stride, float* sums)
    {
        int column = 0;
        for (; column + 4 * TSimd.Width <= columns; column += 4 * TSimd.Width)         // four chains of additions at once
        {
            TVector first = TSimd.Broadcast(0), second = first, third = first, fourth = first;
            for (nint at = column, end = column + (nint)rows * stride; at < end; at += stride)
            {
                first = TSimd.MultiplyAdd(TSimd.Load(left + at), TSimd.Load(right + at), first);
                second = TSimd.MultiplyAdd(TSimd.Load(left + at + TSimd.Width), TSimd.Load(right + at + TSimd.Width), second);
                third = TSimd.MultiplyAdd(TSimd.Load(left + at + 2 * TSimd.Width), TSimd.Load(right + at + 2 * TSimd.Width), third);
                fourth = TSimd.MultiplyAdd(TSimd.Load(left + at + 3 * TSimd.Width), TSimd.Load(right + at + 3 * TSimd.Width), fourth);
            }
            TSimd.Store(first, sums + column);
            TSimd.Store(second, sums + column + TSimd.Width);
            TSimd.Store(third, sums + column + 2 * TSimd.Width);
            TSimd.Store(fourth, sums + column + 3 * TSimd.Width);
        }
        for (; column < columns; column += TSimd.Width)
        {
            TVector sum = TSimd.Broadcast(0);
            for (nint at = column, end = column + (nint)rows * stride; at < end; at += stride)
                sum = TSimd.MultiplyAdd(TSimd.Load(left + at), TSimd.Load(right + at), sum);
            TSimd.Store(sum, sums + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddRow(float* row, float* addend, float* copy, int padded)
    {
        for (int i = 0; i < padded; i += TSimd.Width)
        {
            TVector sum = TSimd.Load(row + i);
            if (addend is not null)
                sum = TSimd.Add(sum, TSimd.Load(addend + i));
            TSimd.Store(sum, row + i);
            if (copy is not null)
                TSimd.Store(sum, copy + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Sum(float* values, int padded)
    {
        float* lanes = stackalloc float[Lanes];
        for (int lane = 0; lane < Lanes; lane += TSimd.Width)
        {
            TVector sum = TSimd.Broadcast(0);
            for (int i = lane; i < padded; i += Lanes)
                sum = TSimd.Add(sum, TSimd.Load(values + i));
            TSimd.Store(sum, lanes + lane);
        }
        return Tree(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float SumOfProducts(float* left, float* right, int padded)
    {
        float* lanes = stackalloc float[Lanes];
        for (int lane = 0; lane < Lanes; lane += TSimd.Width)
        {
            TVector sum = TSimd.Broadcast(0);
            for (int i = lane; i < padded; i += Lanes)
                sum = TSimd.MultiplyAdd(TSimd.Load(left + i), TSimd.Load(right + i), sum);
            TSimd.Store(sum, lanes + lane);
        }
        return Tree(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float SumOfTripleProducts(float* first, float* second, float* third, int padded)
    {
        float* lanes = stackalloc float[Lanes];
        for (int lane = 0; lane < Lanes; lane += TSimd.Width)
        {
            TVector sum = TSimd.Broadcast(0);
            for (int i = lane; i < padded; i += Lanes)
                sum = TSimd.MultiplyAdd(TSimd.Multiply(TSimd.Load(first + i), TSimd.Load(second + i)), TSimd.Load(third + i), sum);
            TSimd.Store(sum, lanes + lane);
        }
        return Tree(lanes);
    }

    static float Tree(float* lanes)
    {
        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
                lanes[lane] += lanes[lane + half];
        }
        return lanes[0];
    }

    /// <summary>Units that aren't there would get −mean, and then a share in the variance and in the weights' gradient.</summary>
    static void ClearPadding(float* row, int units, int padded)
    {
        for (int i = units; i < padded; i++)
            row[i] = 0;
    }
}
