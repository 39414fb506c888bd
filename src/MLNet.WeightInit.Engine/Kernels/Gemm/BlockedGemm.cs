using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Gemm;

/// <summary>The blocking loop: k blocks, then the columns of the panel in strips of a tile's width, then tiles of rows whose heights differ by one at most.</summary>
/// <remarks>
/// The strip goes round outside while it fits the first-level cache beside a tile of A; beyond, the tile goes round outside, so that its rows are read once.
/// Equal heights, since a low last tile has too few sums at once to hide the latency of the multiply-add: 32 rows are two tiles of 6 and four of 5.
/// Which of them, like every other choice here, decides no bit.
/// </remarks>
internal sealed unsafe class BlockedGemm<TTiles> : GemmKernel where TTiles : struct, IRegisterTiles
{
    const int FirstLevelFloats = 6 * 1024;

    public override int TileRows => TTiles.Rows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, int depth, float* start, nint startRow, float* c, nint cRow)
    {
        if (rows == 1 && depth <= DepthBlock && columns <= TTiles.StripColumns(1))
        {
            TTiles.Run(a, aRow, aDepth, 1, 1, b, bDepth, columns, depth, start, startRow, c, cRow);      // a layer of one output: the loops below would cost as much as the work
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
    public override void MultiplyRow(float* x, int depth, float* b, nint panelStep, nint bDepth, int columns, float* start, float* sums)
    {
        int half = TTiles.RowColumns / 2;
        for (int column = 0; column < columns;)
        {
            int left = columns - column, strip = left >= 2 * half ? 2 * half : left >= half ? half : Math.Min(left, Panels.Width);
            float* panel = b + column / Panels.Width * panelStep + column % Panels.Width;
            if (strip >= half)
                TTiles.RunRow(x, depth, panel, panelStep, bDepth, strip, start + column, sums + column);
            else
                TTiles.Run(x, 0, 1, 1, 1, panel, bDepth, strip, depth, start + column, 0, sums + column, 0);
            column += strip;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MultiplyBlock(float* a, nint aRow, nint aDepth, int rows, float* b, nint bDepth, int columns, int depth, float* start, nint startRow, float* c, nint cRow)
    {
        int tiles = (rows + TTiles.Rows - 1) / TTiles.Rows;
        if (tiles == 0)
            return;
        int low = rows / tiles, tall = rows - low * tiles, strip = Math.Min(columns, TTiles.StripColumns(rows));
        if ((long)depth * strip <= FirstLevelFloats)
        {
            for (int column = 0; column < columns; column += strip)
            {
                float* blockStart = start + column, destination = c + column;
                if (tall > 0)
                    TTiles.Run(a, aRow, aDepth, low + 1, tall, b + column, bDepth, strip, depth, blockStart, startRow, destination, cRow);
                nint below = (nint)tall * (low + 1);
                TTiles.Run(a + below * aRow, aRow, aDepth, low, tiles - tall, b + column, bDepth, strip, depth, blockStart + below * startRow, startRow, destination + below * cRow, cRow);
            }
            return;
        }
        for (int tile = 0; tile < tiles; tile++)
        {
            int height = tile < tall ? low + 1 : low;
            for (int column = 0; column < columns; column += strip)
                TTiles.Run(a, aRow, aDepth, height, 1, b + column, bDepth, strip, depth, start + column, startRow, c + column, cRow);
            a += height * aRow;
            start += height * startRow;
            c += height * cRow;
        }
    }
}
