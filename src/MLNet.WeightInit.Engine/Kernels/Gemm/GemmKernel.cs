namespace MLNet.WeightInit.Engine.Kernels.Gemm;

/// <summary>Matrix products on blocks of C that are one panel wide: the three products of training differ only in strides.</summary>
internal abstract unsafe class GemmKernel
{
    /// <summary>k steps between two visits of C: a panel block of 1024 × 32 floats is 128 KB and stays in the second-level cache while all row tiles pass it.</summary>
    public const int DepthBlock = 1024;

    /// <summary>Rows of the full register tile.</summary>
    public abstract int TileRows { get; }

    /// <summary>C = start + A · B for <paramref name="rows"/> rows and one panel of columns.</summary>
    /// <param name="a">A[row, k] at <c>a[row · aRow + k · aDepth]</c>.</param>
    /// <param name="rows">Rows of A and C; 0 does nothing.</param>
    /// <param name="b">B[k, ·] at <c>b + k · bDepth</c>, <paramref name="columns"/> floats.</param>
    /// <param name="columns">16 or 32.</param>
    /// <param name="depth">Length of the sums; 0 copies the start.</param>
    /// <param name="start">Row r of the sums starts from <c>start + r · startRow</c>: a bias or zeros with stride 0.</param>
    public abstract void Multiply(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, int depth, float* start, nint startRow, float* c, nint cRow);

    public static GemmKernel Create(SimdLevel level) => SimdLevels.Create<Factory, GemmKernel>(level, default);

    readonly struct Factory : ISimdFactory<GemmKernel>
    {
        public GemmKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Width == 16 ? new GemmKernel512<TSimd, TVector>() : new GemmKernel256<TSimd, TVector>();
    }
}

/// <summary>The blocking loop: k blocks, then row tiles of nearly equal height, then the columns of the panel.</summary>
internal abstract unsafe class BlockedGemmKernel<TSimd, TVector> : GemmKernel
    where TSimd : struct, ISimd<TVector> where TVector : struct
{
    public sealed override void Multiply(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, int depth, float* start, nint startRow, float* c, nint cRow)
    {
        int tiles = (rows + TileRows - 1) / TileRows;
        int done = 0;
        do
        {
            int block = Math.Min(DepthBlock, depth - done);
            for (int tile = 0; tile < tiles; tile++)
            {
                int first = (int)((long)rows * tile / tiles);
                int height = (int)((long)rows * (tile + 1) / tiles) - first;
                Tile(a + first * aRow + done * aDepth, aRow, aDepth, height, b + done * bDepth, bDepth, columns, block, start + first * startRow, startRow, c + first * cRow, cRow);
            }
            done += block;
            start = c;                                   // the next block goes on from the sums so far, never from a partial sum of its own
            startRow = cRow;
        }
        while (done < depth);
    }

    protected abstract void Tile(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, nint depth, float* start, nint startRow, float* c, nint cRow);
}

/// <summary>32 registers: tiles of 12 rows; a panel of 32 columns is two vectors, one of 16 is one.</summary>
internal sealed unsafe class GemmKernel512<TSimd, TVector> : BlockedGemmKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector> where TVector : struct
{
    public override int TileRows => 12;

    protected override void Tile(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, nint depth, float* start, nint startRow, float* c, nint cRow)
    {
        if (columns == 32)
            Tile<TwoVectors>(a, aRow, aDepth, rows, b, bDepth, depth, start, startRow, c, cRow);
        else
            Tile<OneVector>(a, aRow, aDepth, rows, b, bDepth, depth, start, startRow, c, cRow);
    }

    static void Tile<TColumns>(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, nint depth, float* start, nint startRow, float* c, nint cRow)
        where TColumns : struct, ITileColumns
    {
        switch (rows)
        {
            case 1: MicroKernel<TSimd, TVector, Rows1, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 2: MicroKernel<TSimd, TVector, Rows2, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 3: MicroKernel<TSimd, TVector, Rows3, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 4: MicroKernel<TSimd, TVector, Rows4, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 5: MicroKernel<TSimd, TVector, Rows5, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 6: MicroKernel<TSimd, TVector, Rows6, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 7: MicroKernel<TSimd, TVector, Rows7, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 8: MicroKernel<TSimd, TVector, Rows8, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 9: MicroKernel<TSimd, TVector, Rows9, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 10: MicroKernel<TSimd, TVector, Rows10, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 11: MicroKernel<TSimd, TVector, Rows11, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            default: MicroKernel<TSimd, TVector, Rows12, TColumns>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
        }
    }
}

/// <summary>16 registers: tiles of 6 rows by two vectors; a panel is passed in strips of two vectors.</summary>
internal sealed unsafe class GemmKernel256<TSimd, TVector> : BlockedGemmKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector> where TVector : struct
{
    public override int TileRows => 6;

    protected override void Tile(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, nint depth, float* start, nint startRow, float* c, nint cRow)
    {
        for (int column = 0; column < columns; column += 2 * TSimd.Width)
            Strip(a, aRow, aDepth, rows, b + column, bDepth, depth, start + column, startRow, c + column, cRow);
    }

    static void Strip(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, nint depth, float* start, nint startRow, float* c, nint cRow)
    {
        switch (rows)
        {
            case 1: MicroKernel<TSimd, TVector, Rows1, TwoVectors>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 2: MicroKernel<TSimd, TVector, Rows2, TwoVectors>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 3: MicroKernel<TSimd, TVector, Rows3, TwoVectors>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 4: MicroKernel<TSimd, TVector, Rows4, TwoVectors>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            case 5: MicroKernel<TSimd, TVector, Rows5, TwoVectors>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
            default: MicroKernel<TSimd, TVector, Rows6, TwoVectors>.Run(a, aRow, aDepth, b, bDepth, depth, start, startRow, c, cRow); break;
        }
    }
}
