using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Batch normalization of some columns of a block, forward and backward (Ioffe and Szegedy 2015, algorithm 1 and section 3).</summary>
/// <remarks>Blocks are rows that start stride floats apart; columns are a multiple of 16. Every sum over rows is in row order, a column each, so that it hangs on neither width nor threads; the mean is
/// subtracted before squares are summed, so that a large mean costs no digits.</remarks>
internal abstract unsafe class BatchNormalizationKernel
{
    /// <summary>Added to the variance: PyTorch's default.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>Share of a batch's statistics that the running ones take in: PyTorch's default.</summary>
    public const float Momentum = 0.1f;

    /// <summary>block = (block − mean) / √(variance + ε) over the rows of each column, in place; destination = scales · block + shifts.</summary>
    /// <param name="inverses">Takes 1 / √(variance + ε), one a column.</param>
    /// <param name="runningMeans">Moves towards the batch's mean; null leaves the running statistics alone.</param>
    /// <param name="runningVariances">Moves towards the batch's variance, Σ (x − mean)² / (rows − 1): what the rows say of those that they were drawn from.</param>
    public abstract void Forward(float* block, float* inverses, float* scales, float* shifts, float* destination, int rows, int columns, int stride, float* runningMeans, float* runningVariances);

    /// <summary>As <see cref="Forward"/> by given statistics, each row on its own.</summary>
    public abstract void ForwardBy(float* means, float* variances, float* block, float* inverses, float* scales, float* shifts, float* destination, int rows, int columns, int stride);

    /// <summary>factors = scales / √(variance + ε) and offsets = shifts − mean · factors: what <see cref="Apply"/> takes.</summary>
    public abstract void Fold(float* means, float* variances, float* scales, float* shifts, int columns, float* factors, float* offsets);

    /// <summary>destination = block · factors + offsets.</summary>
    public abstract void Apply(float* block, float* factors, float* offsets, float* destination, int rows, int columns, int stride);

    /// <summary>From ∂L/∂(scales · normalized + shifts) to the gradient by what was normalized, which replaces the normalized values, and by scales and shifts.</summary>
    /// <remarks>scales / √(variance + ε) · (g − mean g − normalized · mean(g · normalized)), means over the rows; by given statistics the means are left out.</remarks>
    /// <param name="byBatch">Whether the rows' own statistics normalized them.</param>
    public abstract void Backward(float* gradient, float* normalized, float* inverses, float* scales, int rows, int columns, int stride, bool byBatch, float* scaleGradient, float* shiftGradient);

    public static BatchNormalizationKernel Create(SimdLevel level) => SimdLevels.Create<Factory, BatchNormalizationKernel>(level, default);

    readonly struct Factory : ISimdFactory<BatchNormalizationKernel>
    {
        public BatchNormalizationKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new BatchNormalizationKernel<TSimd, TVector>();
    }
}

internal sealed unsafe class BatchNormalizationKernel<TSimd, TVector> : BatchNormalizationKernel where TSimd : struct, ISimd<TVector> where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(float* block, float* inverses, float* scales, float* shifts, float* destination, int rows, int columns, int stride, float* runningMeans, float* runningVariances)
    {
        TVector share = TSimd.Broadcast(1f / rows);
        for (int column = 0; column < columns; column += TSimd.Width)
        {
            nint end = column + (nint)rows * stride;
            TVector sum = TSimd.Broadcast(0), squares = sum;
            for (nint at = column; at < end; at += stride)
                sum = TSimd.Add(sum, TSimd.Load(block + at));
            TVector mean = TSimd.Multiply(sum, share);
            for (nint at = column; at < end; at += stride)
            {
                TVector centred = TSimd.Subtract(TSimd.Load(block + at), mean);
                TSimd.Store(centred, block + at);
                squares = TSimd.MultiplyAdd(centred, centred, squares);
            }
            TVector inverse = Inverse(TSimd.Multiply(squares, share)), scale = TSimd.Load(scales + column), shift = TSimd.Load(shifts + column);
            TSimd.Store(inverse, inverses + column);
            for (nint at = column; at < end; at += stride)
            {
                TVector normalized = TSimd.Multiply(TSimd.Load(block + at), inverse);
                TSimd.Store(normalized, block + at);
                TSimd.Store(TSimd.MultiplyAdd(normalized, scale, shift), destination + at);
            }
            if (runningMeans is null)
                continue;
            MoveTowards(mean, runningMeans + column);
            MoveTowards(TSimd.Multiply(squares, TSimd.Broadcast(1f / (rows - 1))), runningVariances + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ForwardBy(float* means, float* variances, float* block, float* inverses, float* scales, float* shifts, float* destination, int rows, int columns, int stride)
    {
        for (int column = 0; column < columns; column += TSimd.Width)
        {
            nint end = column + (nint)rows * stride;
            TVector mean = TSimd.Load(means + column), inverse = Inverse(TSimd.Load(variances + column)), scale = TSimd.Load(scales + column), shift = TSimd.Load(shifts + column);
            TSimd.Store(inverse, inverses + column);
            for (nint at = column; at < end; at += stride)
            {
                TVector normalized = TSimd.Multiply(TSimd.Subtract(TSimd.Load(block + at), mean), inverse);
                TSimd.Store(normalized, block + at);
                TSimd.Store(TSimd.MultiplyAdd(normalized, scale, shift), destination + at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Fold(float* means, float* variances, float* scales, float* shifts, int columns, float* factors, float* offsets)
    {
        for (int column = 0; column < columns; column += TSimd.Width)
        {
            TVector factor = TSimd.Multiply(TSimd.Load(scales + column), Inverse(TSimd.Load(variances + column)));
            TSimd.Store(factor, factors + column);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Negate(TSimd.Load(means + column)), factor, TSimd.Load(shifts + column)), offsets + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Apply(float* block, float* factors, float* offsets, float* destination, int rows, int columns, int stride)
    {
        for (nint row = 0; row < rows; row++)
            for (int column = 0; column < columns; column += TSimd.Width)
                TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(block + row * stride + column), TSimd.Load(factors + column), TSimd.Load(offsets + column)), destination + row * stride + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(float* gradient, float* normalized, float* inverses, float* scales, int rows, int columns, int stride, bool byBatch, float* scaleGradient, float* shiftGradient)
    {
        TVector share = TSimd.Broadcast(1f / rows), zero = TSimd.Broadcast(0);
        for (int column = 0; column < columns; column += TSimd.Width)
        {
            nint end = column + (nint)rows * stride;
            TVector sum = zero, products = zero;
            for (nint at = column; at < end; at += stride)
            {
                TVector upstream = TSimd.Load(gradient + at);
                sum = TSimd.Add(sum, upstream);
                products = TSimd.MultiplyAdd(upstream, TSimd.Load(normalized + at), products);
            }
            TSimd.Store(products, scaleGradient + column);
            TSimd.Store(sum, shiftGradient + column);
            TVector factor = TSimd.Multiply(TSimd.Load(scales + column), TSimd.Load(inverses + column));
            TVector mean = byBatch ? TSimd.Multiply(sum, share) : zero, slope = TSimd.Negate(byBatch ? TSimd.Multiply(products, share) : zero);
            for (nint at = column; at < end; at += stride)
                TSimd.Store(TSimd.Multiply(TSimd.MultiplyAdd(TSimd.Load(normalized + at), slope, TSimd.Subtract(TSimd.Load(gradient + at), mean)), factor), normalized + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Inverse(TVector variance) => TSimd.Divide(TSimd.Broadcast(1), TSimd.Sqrt(TSimd.Add(variance, TSimd.Broadcast(Epsilon))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void MoveTowards(TVector value, float* running)
    {
        TVector old = TSimd.Load(running);
        TSimd.Store(TSimd.MultiplyAdd(TSimd.Subtract(value, old), TSimd.Broadcast(Momentum), old), running);
    }
}
