namespace MLNet.WeightInit.Engine.Kernels.Gemm;

/// <summary>The blocking loop: k blocks, then the columns of the panel in strips of a tile's width, then whole tiles of rows and the rest.</summary>
/// <remarks>
/// The strip goes round outside while it fits the first-level cache beside a tile of A; beyond, the tile goes round outside, so that its rows are read once.
/// Which of the two, like every other choice here, decides no bit.
/// </remarks>
internal abstract unsafe class BlockedGemm<TSimd, TVector> : GemmKernel
    where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const int FirstLevelFloats = 6 * 1024;

    public sealed override void Multiply(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, int depth, float* start, nint startRow, float* c, nint cRow)
    {
        int done = 0;
        do
        {
            int block = Math.Min(DepthBlock, depth - done);
            MultiplyBlock(a + done * aDepth, aRow, aDepth, rows, b + done * bDepth, bDepth, columns, block, start, startRow, c, cRow);
            done += block;
            start = c;                                   // the next block goes on from the sums so far, never from a partial sum of its own
            startRow = cRow;
        }
        while (done < depth);
    }

    void MultiplyBlock(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, int depth, float* start, nint startRow, float* c, nint cRow)
    {
        int strip = Math.Min(columns, StripColumns(rows));
        int step = (long)depth * strip <= FirstLevelFloats ? Math.Max(rows, 1) : TileRows;
        for (int row = 0; row < rows; row += step)
        {
            int height = Math.Min(step, rows - row), tiles = height / TileRows, rest = height % TileRows;
            nint below = (nint)tiles * TileRows;
            for (int column = 0; column < columns; column += strip)
            {
                float* blockStart = start + row * startRow + column, destination = c + row * cRow + column;
                if (tiles > 0)
                    Tiles(a + row * aRow, aRow, aDepth, TileRows, tiles, b + column, bDepth, strip, depth, blockStart, startRow, destination, cRow);
                if (rest > 0)
                    Tiles(a + (row + below) * aRow, aRow, aDepth, rest, 1, b + column, bDepth, strip, depth, blockStart + below * startRow, startRow, destination + below * cRow, cRow);
            }
        }
    }

    /// <summary>Columns that one tile takes; a multiple of the vector width that divides 16 or 32.</summary>
    /// <param name="rows">Rows of the whole product: few rows take wider tiles.</param>
    protected abstract int StripColumns(int rows);

    protected abstract void Tiles(float* a, nint aRow, nint aDepth, int rows, int tiles, float* b, nint bDepth, int columns, nint depth, float* start, nint startRow, float* c, nint cRow);
}

/// <summary>32 registers: tiles of 12 rows by two vectors; a panel of 16 columns is one.</summary>
internal sealed unsafe class Gemm32Registers<TSimd, TVector> : BlockedGemm<TSimd, TVector>
    where TSimd : struct, ISimd<TVector> where TVector : struct
{
    public override int TileRows => 12;

    protected override int StripColumns(int rows) => 2 * TSimd.Width;

    protected override void Tiles(float* a, nint aRow, nint aDepth, int rows, int tiles, float* b, nint bDepth, int columns, nint depth, float* start, nint startRow, float* c, nint cRow)
    {
        if (columns == TSimd.Width)
            Tiles<OneVector>(a, aRow, aDepth, rows, tiles, b, bDepth, depth, start, startRow, c, cRow);
        else
            Tiles<TwoVectors>(a, aRow, aDepth, rows, tiles, b, bDepth, depth, start, startRow, c, cRow);
    }

    static void Tiles<TColumns>(float* a, nint aRow, nint aDepth, int rows, int tiles, float* b, nint bDepth, nint depth, float* start, nint startRow, float* c, nint cRow)
        where TColumns : struct, ITileColumns
    {
        switch (rows)
        {
            case 1: MicroKernel<TSimd, TVector, Rows1, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 2: MicroKernel<TSimd, TVector, Rows2, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 3: MicroKernel<TSimd, TVector, Rows3, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 4: MicroKernel<TSimd, TVector, Rows4, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 5: MicroKernel<TSimd, TVector, Rows5, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 6: MicroKernel<TSimd, TVector, Rows6, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 7: MicroKernel<TSimd, TVector, Rows7, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 8: MicroKernel<TSimd, TVector, Rows8, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 9: MicroKernel<TSimd, TVector, Rows9, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 10: MicroKernel<TSimd, TVector, Rows10, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 11: MicroKernel<TSimd, TVector, Rows11, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            default: MicroKernel<TSimd, TVector, Rows12, TColumns>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
        }
    }
}

/// <summary>16 registers: tiles of 6 rows by two vectors, and of up to 3 rows by four.</summary>
internal sealed unsafe class Gemm16Registers<TSimd, TVector> : BlockedGemm<TSimd, TVector>
    where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const int FewRows = 3;

    public override int TileRows => 6;

    protected override int StripColumns(int rows) => (rows <= FewRows ? 4 : 2) * TSimd.Width;

    protected override void Tiles(float* a, nint aRow, nint aDepth, int rows, int tiles, float* b, nint bDepth, int columns, nint depth, float* start, nint startRow, float* c, nint cRow)
    {
        bool wide = columns == 4 * TSimd.Width;
        switch (rows)
        {
            case 1 when wide: MicroKernel<TSimd, TVector, Rows1, FourVectors>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 2 when wide: MicroKernel<TSimd, TVector, Rows2, FourVectors>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 3 when wide: MicroKernel<TSimd, TVector, Rows3, FourVectors>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 1: MicroKernel<TSimd, TVector, Rows1, TwoVectors>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 2: MicroKernel<TSimd, TVector, Rows2, TwoVectors>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 3: MicroKernel<TSimd, TVector, Rows3, TwoVectors>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 4: MicroKernel<TSimd, TVector, Rows4, TwoVectors>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            case 5: MicroKernel<TSimd, TVector, Rows5, TwoVectors>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
            default: MicroKernel<TSimd, TVector, Rows6, TwoVectors>.Run(a, aRow, aDepth, tiles, b, bDepth, depth, start, startRow, c, cRow); break;
        }
    }
}
