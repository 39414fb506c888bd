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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(float* block, float* inverses, float* scales, float* shifts, float* destination, int rows, int units, int stride, float* addend, float* copy)
    {
        int padded = Panels.Padded(units);
        for (int row = 0; row < rows; row++, block += stride, destination += stride)
        {
            if (addend is not null || copy is not null)
                AddRow(block, addend is null ? null : addend + (nint)row * stride, copy is null ? null : copy + (nint)row * stride, padded);
            TVector mean = TSimd.Broadcast(Sum(block, padded) / units);
            for (int i = 0; i < padded; i += TSimd.Width)
                TSimd.Store(TSimd.Subtract(TSimd.Load(block + i), mean), block + i);
            ClearPadding(block, units, padded);
            float inverse = 1 / MathF.Sqrt(SumOfProducts(block, block, padded) / units + Epsilon);
            inverses[row] = inverse;
            TVector factor = TSimd.Broadcast(inverse);
            for (int i = 0; i < padded; i += TSimd.Width)
            {
                TVector normalized = TSimd.Multiply(TSimd.Load(block + i), factor);
                TSimd.Store(normalized, block + i);
                TSimd.Store(TSimd.MultiplyAdd(normalized, TSimd.Load(scales + i), TSimd.Load(shifts + i)), destination + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(float* gradient, float* normalized, float* inverses, float* scales, int rows, int units, int stride, float* addend)
    {
        int padded = Panels.Padded(units);
        for (int row = 0; row < rows; row++, gradient += stride, normalized += stride)
        {
            TVector mean = TSimd.Broadcast(SumOfProducts(gradient, scales, padded) / units);
            TVector slope = TSimd.Broadcast(SumOfTripleProducts(gradient, scales, normalized, padded) / units);
            TVector inverse = TSimd.Broadcast(inverses[row]);
            for (int i = 0; i < padded; i += TSimd.Width)
            {
                TVector scaled = TSimd.Subtract(TSimd.Multiply(TSimd.Load(gradient + i), TSimd.Load(scales + i)), mean);
                scaled = TSimd.Multiply(TSimd.MultiplyAdd(TSimd.Negate(TSimd.Load(normalized + i)), slope, scaled), inverse);
                TSimd.Store(addend is null ? scaled : TSimd.Add(scaled, TSimd.Load(addend + (nint)row * stride + i)), normalized + i);
            }
            ClearPadding(normalized, units, padded);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumProducts(float* left, float* right, int rows, int columns, int stride, float* sums)
    {
        for (int column = 0; column < columns; column += TSimd.Width)
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
