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

    /// <summary>sums = start + x · B for one row and all columns of a layer, to the bits of <see cref="Multiply"/>.</summary>
    /// <param name="b">B[k, ·] of the first panel is at <c>b + k · bDepth</c>.</param>
    /// <param name="panelStep">Floats from a panel to the next.</param>
    /// <param name="bDepth">Floats from a panel's k to the next.</param>
    /// <param name="columns">A multiple of 16.</param>
    public abstract void MultiplyRow(float* x, int depth, float* b, nint panelStep, nint bDepth, int columns, float* start, float* sums);

    public static GemmKernel Create(SimdLevel level) => SimdLevels.Create<Factory, GemmKernel>(level, default);

    readonly struct Factory : ISimdFactory<GemmKernel>
    {
        public GemmKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct
            => TSimd.Width == 16 ? new BlockedGemm<TilesOf32Registers<TSimd, TVector>>() : new BlockedGemm<TilesOf16Registers<TSimd, TVector>>();
    }
}
