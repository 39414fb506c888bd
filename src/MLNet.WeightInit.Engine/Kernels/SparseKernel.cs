using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels.Gemm;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>A sparse matrix times a dense one: each row of the result is a few rows of the table, each times a number, added in their order.</summary>
/// <remarks>
/// Both products of a first layer whose input is sparse are this. Forward, the table is the weights, and a row's features choose from it; for the weight gradient it is ∂L/∂z, and the
/// rows that have a feature choose from it. Every element is one chain of fused multiply-adds, as <see cref="GemmKernel"/> makes it of the dense matrix, less the steps that add 0 · w: the bits are the same.
/// </remarks>
internal abstract unsafe class SparseKernel
{
    /// <summary>Values between asking for a row of the table and reading it; as many indices behind the last are read, but not used.</summary>
    public const int Ahead = 16;

    /// <summary>Zeros that sums may start from: eight of the widest vectors.</summary>
    public const int MostZeros = 128;

    public static SparseKernel Create(SimdLevel level) => SimdLevels.Create<Factory, SparseKernel>(level, default);

    /// <summary>c[r] = start + Σ values[i] · table[indices[i]] over i from starts[r] to starts[r + 1], for <paramref name="rows"/> rows.</summary>
    /// <param name="starts">One more than rows.</param>
    /// <param name="indices">Rows of the table; <see cref="Ahead"/> more may be read.</param>
    /// <param name="tableRow">Floats between two rows of the table.</param>
    /// <param name="width">Floats of a row that are used: a multiple of 16.</param>
    /// <param name="start">What the sums of a row start from: biases, or <see cref="MostZeros"/> zeros.</param>
    /// <param name="startColumn">Floats between the starts of two columns: 1, or 0 where they are zeros.</param>
    /// <param name="isFar">The table may be in no cache near by, so that its rows are asked for before they are needed.</param>
    public abstract void Multiply(int* starts, int rows, int* indices, float* values, float* table, nint tableRow, int width, bool isFar, float* start, int startColumn, float* c, nint cRow);

    readonly struct Factory : ISimdFactory<SparseKernel>
    {
        public SparseKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new SparseKernel<TSimd, TVector>();
    }
}

/// <inheritdoc cref="SparseKernel"/>
internal sealed unsafe class SparseKernel<TSimd, TVector> : SparseKernel where TSimd : struct, ISimd<TVector> where TVector : struct
{
    public override void Multiply(int* starts, int rows, int* indices, float* values, float* table, nint tableRow, int width, bool isFar, float* start, int startColumn, float* c, nint cRow)
    {
        if (isFar)
            Multiply<AsksAhead>(starts, rows, indices, values, table, tableRow, width, start, startColumn, c, cRow);
        else
            Multiply<FindsIt>(starts, rows, indices, values, table, tableRow, width, start, startColumn, c, cRow);
    }

    static void Multiply<TAhead>(int* starts, int rows, int* indices, float* values, float* table, nint tableRow, int width, float* start, int startColumn, float* c, nint cRow) where TAhead : struct, IAhead
    {
        // A result's columns one after the other, not the results of a column: what the first strip has brought into the TLB the others find there.
        for (int row = 0; row < rows; row++, c += cRow)
        {
            int first = starts[row], count = starts[row + 1] - first, column = 0;
            while (column < width)
            {
                int vectors = (width - column) / TSimd.Width;
                float* source = table + column, from = start + column * startColumn, to = c + column;
                if (vectors >= 8)
                    vectors = Strip<EightVectors, TAhead>(count, indices + first, values + first, source, tableRow, from, to);
                else if (vectors >= 4)
                    vectors = Strip<FourVectors, TAhead>(count, indices + first, values + first, source, tableRow, from, to);
                else if (vectors >= 2)
                    vectors = Strip<TwoVectors, TAhead>(count, indices + first, values + first, source, tableRow, from, to);
                else
                    vectors = Strip<OneVector, TAhead>(count, indices + first, values + first, source, tableRow, from, to);
                column += vectors * TSimd.Width;
            }
        }
    }

    /// <summary>Whether a strip asks for rows of the table some values ahead.</summary>
    interface IAhead
    {
        static abstract bool Asks { get; }
    }

    readonly struct AsksAhead : IAhead
    {
        public static bool Asks => true;
    }

    readonly struct FindsIt : IAhead
    {
        public static bool Asks => false;
    }

    /// <returns>Vectors of a row that it has done.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Strip<TColumns, TAhead>(int count, int* indices, float* values, float* table, nint tableRow, float* start, float* c) where TColumns : struct, ITileColumns where TAhead : struct, IAhead
    {
        int width = TSimd.Width;
        TVector sum0 = TSimd.Load(start), sum1 = default, sum2 = default, sum3 = default, sum4 = default, sum5 = default, sum6 = default, sum7 = default;
        if (TColumns.Count > 1)
            sum1 = TSimd.Load(start + width);
        if (TColumns.Count > 2)
            (sum2, sum3) = (TSimd.Load(start + 2 * width), TSimd.Load(start + 3 * width));
        if (TColumns.Count > 4)
        {
            (sum4, sum5) = (TSimd.Load(start + 4 * width), TSimd.Load(start + 5 * width));
            (sum6, sum7) = (TSimd.Load(start + 6 * width), TSimd.Load(start + 7 * width));
        }
        for (int i = 0; i < count; i++)
        {
            if (TAhead.Asks)
                Prefetch<TColumns>(table + indices[i + Ahead] * tableRow);
            float* source = table + indices[i] * tableRow;
            TVector value = TSimd.Broadcast(values[i]);
            sum0 = TSimd.MultiplyAdd(value, TSimd.Load(source), sum0);
            if (TColumns.Count > 1)
                sum1 = TSimd.MultiplyAdd(value, TSimd.Load(source + width), sum1);
            if (TColumns.Count > 2)
            {
                sum2 = TSimd.MultiplyAdd(value, TSimd.Load(source + 2 * width), sum2);
                sum3 = TSimd.MultiplyAdd(value, TSimd.Load(source + 3 * width), sum3);
            }
            if (TColumns.Count > 4)
            {
                sum4 = TSimd.MultiplyAdd(value, TSimd.Load(source + 4 * width), sum4);
                sum5 = TSimd.MultiplyAdd(value, TSimd.Load(source + 5 * width), sum5);
                sum6 = TSimd.MultiplyAdd(value, TSimd.Load(source + 6 * width), sum6);
                sum7 = TSimd.MultiplyAdd(value, TSimd.Load(source + 7 * width), sum7);
            }
        }
        TSimd.Store(sum0, c);
        if (TColumns.Count > 1)
            TSimd.Store(sum1, c + width);
        if (TColumns.Count > 2)
        {
            TSimd.Store(sum2, c + 2 * width);
            TSimd.Store(sum3, c + 3 * width);
        }
        if (TColumns.Count > 4)
        {
            TSimd.Store(sum4, c + 4 * width);
            TSimd.Store(sum5, c + 5 * width);
            TSimd.Store(sum6, c + 6 * width);
            TSimd.Store(sum7, c + 7 * width);
        }
        return TColumns.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Prefetch<TColumns>(float* source) where TColumns : struct, ITileColumns
    {
        int width = Math.Max(TSimd.Width, CacheHint.LineFloats), floats = TColumns.Count * TSimd.Width;
        CacheHint.Prefetch(source);
        if (floats > width)
            CacheHint.Prefetch(source + width);
        if (floats > 2 * width)
        {
            CacheHint.Prefetch(source + 2 * width);
            CacheHint.Prefetch(source + 3 * width);
        }
        if (floats > 4 * width)
        {
            CacheHint.Prefetch(source + 4 * width);
            CacheHint.Prefetch(source + 5 * width);
            CacheHint.Prefetch(source + 6 * width);
            CacheHint.Prefetch(source + 7 * width);
        }
    }
}
