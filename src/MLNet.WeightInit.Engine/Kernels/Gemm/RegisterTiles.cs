using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Gemm;

/// <summary>Which register tiles there are at one vector width.</summary>
internal unsafe interface IRegisterTiles
{
    /// <summary>Rows of the full tile.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns that one tile takes; a multiple of the vector width that divides 16 or 32.</summary>
    /// <param name="rows">Rows of the whole product: few rows take wider tiles.</param>
    static abstract int StripColumns(int rows);

    /// <summary>Columns of one row that are summed at once: eight vectors. Half as many is the other choice.</summary>
    static abstract int RowColumns { get; }

    /// <summary>sums = start + x · B for <see cref="RowColumns"/> columns or half of them; the other parameters are <see cref="GemmKernel.MultiplyRow"/>'s.</summary>
    static abstract void RunRow(float* x, nint depth, float* b, nint panelStep, nint bDepth, int columns, float* start, float* sums);

    /// <summary>C = start + A · B on tiles of <paramref name="rows"/> rows that lie under one another; the other parameters are <see cref="GemmKernel.Multiply"/>'s.</summary>
    static abstract void Run(float* a, nint aRow, nint aDepth, int rows, int tiles, float* b, nint bDepth, int columns, nint depth, float* start, nint startRow, float* c, nint cRow);
}

/// <summary>32 registers: tiles of 12 rows by two vectors; a panel of 16 columns is one.</summary>
internal readonly unsafe struct TilesOf32Registers<TSimd, TVector> : IRegisterTiles
    where TSimd : struct, ISimd<TVector> where TVector : struct
{
    public static int Rows => 12;

    public static int StripColumns(int rows) => 2 * TSimd.Width;

    public static int RowColumns => RowStrip<TSimd, TVector>.Columns;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunRow(float* x, nint depth, float* b, nint panelStep, nint bDepth, int columns, float* start, float* sums) => RowStrip<TSimd, TVector>.Run(x, depth, b, panelStep, bDepth, columns, start, sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(float* a, nint aRow, nint aDepth, int rows, int tiles, float* b, nint bDepth, int columns, nint depth, float* start, nint startRow, float* c, nint cRow)
    {
        if (columns == TSimd.Width)
            Run<OneVector>(a, aRow, aDepth, rows, tiles, b, bDepth, depth, start, startRow, c, cRow);
        else
            Run<TwoVectors>(a, aRow, aDepth, rows, tiles, b, bDepth, depth, start, startRow, c, cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Run<TColumns>(float* a, nint aRow, nint aDepth, int rows, int tiles, float* b, nint bDepth, nint depth, float* start, nint startRow, float* c, nint cRow)
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
internal readonly unsafe struct TilesOf16Registers<TSimd, TVector> : IRegisterTiles
    where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const int FewRows = 3;

    public static int Rows => 6;

    public static int StripColumns(int rows) => (rows <= FewRows ? 4 : 2) * TSimd.Width;

    public static int RowColumns => RowStrip<TSimd, TVector>.Columns;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunRow(float* x, nint depth, float* b, nint panelStep, nint bDepth, int columns, float* start, float* sums) => RowStrip<TSimd, TVector>.Run(x, depth, b, panelStep, bDepth, columns, start, sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(float* a, nint aRow, nint aDepth, int rows, int tiles, float* b, nint bDepth, int columns, nint depth, float* start, nint startRow, float* c, nint cRow)
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
