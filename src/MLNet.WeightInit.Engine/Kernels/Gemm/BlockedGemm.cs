using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Gemm;

/// <summary>The blocking loop: k blocks, then the columns of the panel in strips of a tile's width, then whole tiles of rows and the rest.</summary>
/// <remarks>
/// The strip goes round outside while it fits the first-level cache beside a tile of A; beyond, the tile goes round outside, so that its rows are read once.
/// Which of the two, like every other choice here, decides no bit.
/// </remarks>
internal sealed unsafe class BlockedGemm<TTiles> : GemmKernel where TTiles : struct, IRegisterTiles
{
    const int FirstLevelFloats = 6 * 1024;

    public override int TileRows => TTiles.Rows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, int depth, float* start, nint startRow, float* c, nint cRow)
    {
        if (rows == 1 && depth <= DepthBlock && columns == TTiles.StripColumns(1))
        {
            TTiles.Run(a, aRow, aDepth, 1, 1, b, bDepth, columns, depth, start, startRow, c, cRow);      // scoring one row: the loops below would cost as much as the work
            return;
        }
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MultiplyBlock(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, int depth, float* start, nint startRow, float* c, nint cRow)
    {
        int strip = Math.Min(columns, TTiles.StripColumns(rows));
        int step = (long)depth * strip <= FirstLevelFloats ? Math.Max(rows, 1) : TTiles.Rows;
        for (int row = 0; row < rows; row += step)
        {
            int height = Math.Min(step, rows - row), tiles = height / TTiles.Rows, rest = height % TTiles.Rows;
            nint below = (nint)tiles * TTiles.Rows;
            for (int column = 0; column < columns; column += strip)
            {
                float* blockStart = start + row * startRow + column, destination = c + row * cRow + column;
                if (tiles > 0)
                    TTiles.Run(a + row * aRow, aRow, aDepth, TTiles.Rows, tiles, b + column, bDepth, strip, depth, blockStart, startRow, destination, cRow);
                if (rest > 0)
                    TTiles.Run(a + (row + below) * aRow, aRow, aDepth, rest, 1, b + column, bDepth, strip, depth, blockStart + below * startRow, startRow, destination + below * cRow, cRow);
            }
        }
    }
}
