using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Weight normalization of a panel's units, <c>w = g · v / ‖v‖</c>, one unit a column (Salimans and Kingma 2016, eq. 2 and 3).</summary>
/// <remarks>Blocks are [inputs][width] with a width that is a multiple of 16 and at most 32. A column of zeros, as padding is, gives zeros. Sums go row by row.</remarks>
internal abstract unsafe class WeightNormalizationKernel
{
    /// <summary>lengths = ‖v‖ of each column.</summary>
    public abstract void Lengths(float* directions, int inputs, int width, float* lengths);

    /// <summary>From ∂L/∂w to ∂L/∂g = ∂L/∂w · v / ‖v‖, and in its own place ∂L/∂v = g / ‖v‖ · (∂L/∂w − ∂L/∂g · v / ‖v‖).</summary>
    /// <param name="lengths">g, one a column.</param>
    /// <param name="lengthGradients">Takes ∂L/∂g.</param>
    public abstract void Backward(float* directions, float* lengths, float* gradients, int inputs, int width, float* lengthGradients);

    /// <summary>weights = g / ‖v‖ · v: v itself, to the last bit, where g is what <see cref="Lengths"/> gives.</summary>
    public abstract void Compose(float* directions, float* lengths, int inputs, int width, float* weights);

    public static WeightNormalizationKernel Create(SimdLevel level) => SimdLevels.Create<Factory, WeightNormalizationKernel>(level, default);

    readonly struct Factory : ISimdFactory<WeightNormalizationKernel>
    {
        public WeightNormalizationKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new WeightNormalizationKernel<TSimd, TVector>();
    }
}

/// <inheritdoc cref="WeightNormalizationKernel"/>
internal sealed unsafe class WeightNormalizationKernel<TSimd, TVector> : WeightNormalizationKernel where TSimd : struct, ISimd<TVector> where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Lengths(float* directions, int inputs, int width, float* lengths)
    {
        for (int column = 0; column < width; column += TSimd.Width)
            TSimd.Store(Length(directions + column, inputs, width), lengths + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(float* directions, float* lengths, float* gradients, int inputs, int width, float* lengthGradients)
    {
        for (int column = 0; column < width; column += TSimd.Width)
        {
            TVector length = OneForZero(Length(directions + column, inputs, width)), slope = TSimd.Broadcast(0);
            float* direction = directions + column, gradient = gradients + column;
            // Of v / ‖v‖, not of v: for a unit of one input it is exactly ±1, so that ∂L/∂v is exactly 0, and no optimizer makes steps of its rounding.
            for (int row = 0; row < inputs; row++, direction += width, gradient += width)
                slope = TSimd.MultiplyAdd(TSimd.Load(gradient), TSimd.Divide(TSimd.Load(direction), length), slope);
            TSimd.Store(slope, lengthGradients + column);
            TVector factor = TSimd.Divide(TSimd.Load(lengths + column), length), negative = TSimd.Negate(slope);
            direction = directions + column;
            gradient = gradients + column;
            for (int row = 0; row < inputs; row++, direction += width, gradient += width)
                TSimd.Store(TSimd.Multiply(factor, TSimd.MultiplyAdd(negative, TSimd.Divide(TSimd.Load(direction), length), TSimd.Load(gradient))), gradient);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Compose(float* directions, float* lengths, int inputs, int width, float* weights)
    {
        for (int column = 0; column < width; column += TSimd.Width)
        {
            TVector factor = TSimd.Divide(TSimd.Load(lengths + column), OneForZero(Length(directions + column, inputs, width)));
            float* direction = directions + column, weight = weights + column;
            for (int row = 0; row < inputs; row++, direction += width, weight += width)
                TSimd.Store(TSimd.Multiply(factor, TSimd.Load(direction)), weight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Length(float* column, int inputs, int width)
    {
        TVector sum = TSimd.Broadcast(0);
        for (int row = 0; row < inputs; row++, column += width)
            sum = TSimd.MultiplyAdd(TSimd.Load(column), TSimd.Load(column), sum);
        return TSimd.Sqrt(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector OneForZero(TVector length)
    {
        TVector one = TSimd.Broadcast(1);
        return TSimd.Select(TSimd.LessThanOrEqual(length, TSimd.Broadcast(0)), one, length);        // NaN stays
    }
}
