using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels.Gemm;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>A sparse matrix times a panel of a dense one: each row of the result is a few rows of the table, each times a number, added in their order.</summary>
/// <remarks>
/// Both products of a first layer whose input is sparse are this. Forward, the table is a panel of the weights, and a row's features choose from it; for the weight gradient it is a panel of ∂L/∂z, and the
/// rows that have a feature choose from it. Every element is one chain of fused multiply-adds, as <see cref="GemmKernel"/> makes it of the dense matrix, less the steps that add 0 · w: the bits are the same.
/// </remarks>
internal abstract unsafe class SparseKernel
{
    /// <summary>Values between asking for a row of the table and reading it; as many indices behind the last are read, but not used.</summary>
    public const int Ahead = 8;

    public static SparseKernel Create(SimdLevel level) => SimdLevels.Create<Factory, SparseKernel>(level, default);

    /// <summary>c[r] = start + Σ values[i] · table[indices[i]] over i from starts[r] to starts[r + 1], for <paramref name="rows"/> rows.</summary>
    /// <param name="starts">One more than rows.</param>
    /// <param name="indices">Rows of the table; <see cref="Ahead"/> more may be read.</param>
    /// <param name="tableRow">Floats between two rows of the table.</param>
    /// <param name="width">Floats of a row that are used: 16 or 32.</param>
    /// <param name="start">What every sum starts from: a bias or zeros.</param>
    public abstract void Multiply(int* starts, int rows, int* indices, float* values, float* table, nint tableRow, int width, float* start, float* c, nint cRow);

    readonly struct Factory : ISimdFactory<SparseKernel>
    {
        public SparseKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct => new SparseKernel<TSimd, TVector>();
    }
}

/// <inheritdoc cref="SparseKernel"/>
internal sealed unsafe class SparseKernel<TSimd, TVector> : SparseKernel where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const int MostVectors = 4;

    public override void Multiply(int* starts, int rows, int* indices, float* values, float* table, nint tableRow, int width, float* start, float* c, nint cRow)
    {
        int vectors = Math.Min(MostVectors, width / TSimd.Width);
        for (int column = 0; column < width; column += vectors * TSimd.Width)
        {
            switch (vectors)
            {
                case 1: Strip<OneVector>(starts, rows, indices, values, table + column, tableRow, start + column, c + column, cRow); break;
                case 2: Strip<TwoVectors>(starts, rows, indices, values, table + column, tableRow, start + column, c + column, cRow); break;
                default: Strip<FourVectors>(starts, rows, indices, values, table + column, tableRow, start + column, c + column, cRow); break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Strip<TColumns>(int* starts, int rows, int* indices, float* values, float* table, nint tableRow, float* start, float* c, nint cRow) where TColumns : struct, ITileColumns
    {
        int width = TSimd.Width;
        for (int row = 0; row < rows; row++, c += cRow)
        {
            TVector sum0 = TSimd.Load(start), sum1 = default, sum2 = default, sum3 = default;
            if (TColumns.Count > 1)
                sum1 = TSimd.Load(start + width);
            if (TColumns.Count > 2)
            {
                sum2 = TSimd.Load(start + 2 * width);
                sum3 = TSimd.Load(start + 3 * width);
            }
            int end = starts[row + 1];
            for (int i = starts[row]; i < end; i++)
            {
                float* ahead = table + indices[i + Ahead] * tableRow;
                CacheHint.Prefetch(ahead);
                if (TColumns.Count * width > CacheHint.LineFloats)
                    CacheHint.Prefetch(ahead + CacheHint.LineFloats);
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
            }
            TSimd.Store(sum0, c);
            if (TColumns.Count > 1)
                TSimd.Store(sum1, c + width);
            if (TColumns.Count > 2)
            {
                TSimd.Store(sum2, c + 2 * width);
                TSimd.Store(sum3, c + 3 * width);
            }
        }
    }
}
