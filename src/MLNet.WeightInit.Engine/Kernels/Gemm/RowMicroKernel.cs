using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Gemm;

/// <summary>One row of A against four or eight vectors of columns, which may lie in several panels: the sums of a layer's units for one row.</summary>
/// <remarks>A panel alone has too few sums to hide the latency of the multiply-add: four chains of 4 cycles keep one of two units busy, eight keep both. Each sum is the chain of <see cref="MicroKernel{TSimd, TVector, TRows, TColumns}"/>.</remarks>
internal static unsafe class RowMicroKernel<TSimd, TVector, TColumns>
    where TSimd : struct, ISimd<TVector> where TVector : struct where TColumns : struct, ITileColumns
{
    /// <summary>sums = start + x · B.</summary>
    /// <param name="x">One row, <paramref name="depth"/> floats one after the other.</param>
    /// <param name="b">B[k, ·] of the first panel is at <c>b + k · bDepth</c>.</param>
    /// <param name="panelStep">Floats from a panel's column to the same column of the next.</param>
    /// <param name="start">A bias a column.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void Run(float* x, nint depth, float* b, nint panelStep, nint bDepth, float* start, float* sums)
    {
        int width = TSimd.Width;
        TVector s0 = TSimd.Load(start), s1 = TSimd.Load(start + width), s2 = TSimd.Load(start + 2 * width), s3 = TSimd.Load(start + 3 * width), s4 = default, s5 = default, s6 = default, s7 = default;
        if (TColumns.Count > 4)
        {
            s4 = TSimd.Load(start + 4 * width);
            s5 = TSimd.Load(start + 5 * width);
            s6 = TSimd.Load(start + 6 * width);
            s7 = TSimd.Load(start + 7 * width);
        }
        for (float* end = x + depth; x != end; x++, b += bDepth)
        {
            TVector value = TSimd.Broadcast(*x);
            s0 = TSimd.MultiplyAdd(value, Vector(b, 0, panelStep), s0);
            s1 = TSimd.MultiplyAdd(value, Vector(b, 1, panelStep), s1);
            s2 = TSimd.MultiplyAdd(value, Vector(b, 2, panelStep), s2);
            s3 = TSimd.MultiplyAdd(value, Vector(b, 3, panelStep), s3);
            if (TColumns.Count > 4)
            {
                s4 = TSimd.MultiplyAdd(value, Vector(b, 4, panelStep), s4);
                s5 = TSimd.MultiplyAdd(value, Vector(b, 5, panelStep), s5);
                s6 = TSimd.MultiplyAdd(value, Vector(b, 6, panelStep), s6);
                s7 = TSimd.MultiplyAdd(value, Vector(b, 7, panelStep), s7);
            }
        }
        TSimd.Store(s0, sums);
        TSimd.Store(s1, sums + width);
        TSimd.Store(s2, sums + 2 * width);
        TSimd.Store(s3, sums + 3 * width);
        if (TColumns.Count > 4)
        {
            TSimd.Store(s4, sums + 4 * width);
            TSimd.Store(s5, sums + 5 * width);
            TSimd.Store(s6, sums + 6 * width);
            TSimd.Store(s7, sums + 7 * width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Vector(float* b, int index, nint panelStep) => TSimd.Load(b + index * TSimd.Width / Panels.Width * panelStep + index * TSimd.Width % Panels.Width);
}

/// <summary>The strips of columns that one row is summed over: the same for every register count.</summary>
internal static unsafe class RowStrip<TSimd, TVector>
    where TSimd : struct, ISimd<TVector> where TVector : struct
{
    /// <inheritdoc cref="IRegisterTiles.RowColumns"/>
    public static int Columns => 8 * TSimd.Width;

    /// <inheritdoc cref="IRegisterTiles.RunRow"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(float* x, nint depth, float* b, nint panelStep, nint bDepth, int columns, float* start, float* sums)
    {
        if (columns == Columns)
            RowMicroKernel<TSimd, TVector, EightVectors>.Run(x, depth, b, panelStep, bDepth, start, sums);
        else
            RowMicroKernel<TSimd, TVector, FourVectors>.Run(x, depth, b, panelStep, bDepth, start, sums);
    }
}
