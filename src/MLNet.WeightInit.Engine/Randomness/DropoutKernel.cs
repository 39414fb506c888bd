using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Randomness;

/// <summary>Drops elements of a block by chance, and makes the same choice again for the gradient: no mask is stored.</summary>
internal abstract unsafe class DropoutKernel
{
    /// <summary>Rows of a range that may begin at any multiple of this: so many padded rows are whole groups of random words.</summary>
    public const int RowUnit = Philox.GroupWords / Panels.Padding;

    /// <summary>destination = kept ? scale · source + shift : dropped. Whether the element at (row, column) is kept hangs on seed, stream and its place alone.</summary>
    /// <param name="threshold">Of 2³²: how many random words out of all drop an element.</param>
    /// <param name="source">The whole block's first element.</param>
    /// <param name="destination">As <paramref name="source"/>, and may be the same block.</param>
    /// <param name="firstRow">A multiple of <see cref="RowUnit"/>.</param>
    /// <param name="columns">A multiple of 16; rows start <paramref name="stride"/> floats apart.</param>
    public abstract void Apply(ulong seed, ulong stream, uint threshold, float* source, float* destination, int firstRow, int rows, int columns, int stride, float scale, float shift, float dropped);

    /// <summary>block = scale · block + 0: what <see cref="Apply"/> does to elements that are kept.</summary>
    public abstract void Scale(float* block, int rows, int columns, int stride, float scale);

    public static DropoutKernel Create(SimdLevel level) => SimdLevels.Create<Factory, DropoutKernel>(level, default);

    readonly struct Factory : ISimdFactory<DropoutKernel>
    {
        public DropoutKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new DropoutKernel<TSimd, TVector>();
    }
}

/// <remarks>One word an element, row by row without the gap between padded columns and stride, so that a group of words belongs to whole runs of 16 elements.
/// Product and sum are rounded apart at every width: a + b · c would differ where there is no fused multiply-add.</remarks>
[SkipLocalsInit]
internal sealed unsafe class DropoutKernel<TSimd, TVector> : DropoutKernel where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const int Run = Panels.Padding;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Apply(ulong seed, ulong stream, uint threshold, float* source, float* destination, int firstRow, int rows, int columns, int stride, float scale, float shift, float dropped)
    {
        uint* words = stackalloc uint[Philox.GroupWords];
        float* masks = stackalloc float[Philox.GroupWords];
        TVector scales = TSimd.Broadcast(scale), shifts = TSimd.Broadcast(shift), droppeds = TSimd.Broadcast(dropped);
        ulong group = (ulong)firstRow * (ulong)columns / Philox.GroupWords;
        int used = Philox.GroupWords;
        for (nint row = firstRow; row < firstRow + rows; row++)
        {
            for (nint column = 0; column < columns; column += Run, used += Run)
            {
                if (used == Philox.GroupWords)
                {
                    Philox.Fill(seed, stream, group++, words, Philox.Best);
                    RandomWords.MaskAtLeast(words, threshold, masks);
                    used = 0;
                }
                nint at = row * stride + column;
                for (int i = 0; i < Run; i += TSimd.Width)
                {
                    TVector kept = TSimd.Add(TSimd.Multiply(TSimd.Load(source + at + i), scales), shifts);
                    TSimd.Store(TSimd.Select(TSimd.Load(masks + used + i), kept, droppeds), destination + at + i);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Scale(float* block, int rows, int columns, int stride, float scale)
    {
        TVector scales = TSimd.Broadcast(scale), zero = TSimd.Broadcast(0);
        for (nint row = 0; row < rows; row++)
            for (nint at = row * stride, end = at + columns; at < end; at += TSimd.Width)
                TSimd.Store(TSimd.Add(TSimd.Multiply(TSimd.Load(block + at), scales), zero), block + at);
    }
}
