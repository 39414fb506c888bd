using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels.Gemm;

/// <summary>The register tile: up to 12 rows by one, two or (up to 3 rows) four vectors of C, held in registers while k runs.</summary>
/// <remarks>
/// Written once: the rows and columns that a tile hasn't are constants that the JIT folds away. 12 × 2 fills the 32 registers of AVX-512,
/// 6 × 2 the 16 of AVX2. Every element of C is one chain of fused multiply-adds in the order of k, whatever the tile or the width:
/// that is what makes the bits equal everywhere.
/// Rows are addressed from four base pointers, three rows each (base, base + stride, base + 2 · stride): twelve pointers would not fit the integer registers.
/// </remarks>
internal static unsafe class MicroKernel<TSimd, TVector, TRows, TColumns>
    where TSimd : struct, ISimd<TVector> where TVector : struct where TRows : struct, ITileRows where TColumns : struct, ITileColumns
{
    /// <summary>k steps between asking for a row of B and reading it: about the latency of the second-level cache, and enough of the third's that streamed weights keep up.</summary>
    const int PrefetchSteps = 12;

    /// <summary>C = start + A · B on tiles that lie under one another.</summary>
    /// <param name="a">A[row, k] is at <c>a[row · aRow + k · aDepth]</c>: row-major and k-major operands alike.</param>
    /// <param name="tiles">How many; each has the type's rows.</param>
    /// <param name="b">B[k, ·] is at <c>b + k · bDepth</c>.</param>
    /// <param name="start">What the accumulators start from, a row at a time: C itself to go on summing, a bias or zeros with a row stride of 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void Run(float* a, nint aRow, nint aDepth, int tiles, float* b, nint bDepth, nint depth, float* start, nint startRow, float* c, nint cRow)
    {
        int width = TSimd.Width;
        for (; tiles > 0; tiles--, a += TRows.Count * aRow, start += TRows.Count * startRow, c += TRows.Count * cRow)
        {
            TVector l0 = default, r0 = default, s0 = default, t0 = default;
            TVector l1 = default, r1 = default, s1 = default, t1 = default;
            TVector l2 = default, r2 = default, s2 = default, t2 = default;
            TVector l3 = default, r3 = default;
            TVector l4 = default, r4 = default;
            TVector l5 = default, r5 = default;
            TVector l6 = default, r6 = default;
            TVector l7 = default, r7 = default;
            TVector l8 = default, r8 = default;
            TVector l9 = default, r9 = default;
            TVector l10 = default, r10 = default;
            TVector l11 = default, r11 = default;
            { l0 = TSimd.Load(start); if (TColumns.Count > 1) r0 = TSimd.Load(start + width); if (TColumns.Count > 2) { s0 = TSimd.Load(start + 2 * width); t0 = TSimd.Load(start + 3 * width); } }
            if (TRows.Count > 1) { l1 = TSimd.Load(start + startRow); if (TColumns.Count > 1) r1 = TSimd.Load(start + startRow + width); if (TColumns.Count > 2) { s1 = TSimd.Load(start + startRow + 2 * width); t1 = TSimd.Load(start + startRow + 3 * width); } }
            if (TRows.Count > 2) { l2 = TSimd.Load(start + 2 * startRow); if (TColumns.Count > 1) r2 = TSimd.Load(start + 2 * startRow + width); if (TColumns.Count > 2) { s2 = TSimd.Load(start + 2 * startRow + 2 * width); t2 = TSimd.Load(start + 2 * startRow + 3 * width); } }
            if (TRows.Count > 3) { l3 = TSimd.Load(start + 3 * startRow); if (TColumns.Count > 1) r3 = TSimd.Load(start + 3 * startRow + width); }
            if (TRows.Count > 4) { l4 = TSimd.Load(start + 4 * startRow); if (TColumns.Count > 1) r4 = TSimd.Load(start + 4 * startRow + width); }
            if (TRows.Count > 5) { l5 = TSimd.Load(start + 5 * startRow); if (TColumns.Count > 1) r5 = TSimd.Load(start + 5 * startRow + width); }
            if (TRows.Count > 6) { l6 = TSimd.Load(start + 6 * startRow); if (TColumns.Count > 1) r6 = TSimd.Load(start + 6 * startRow + width); }
            if (TRows.Count > 7) { l7 = TSimd.Load(start + 7 * startRow); if (TColumns.Count > 1) r7 = TSimd.Load(start + 7 * startRow + width); }
            if (TRows.Count > 8) { l8 = TSimd.Load(start + 8 * startRow); if (TColumns.Count > 1) r8 = TSimd.Load(start + 8 * startRow + width); }
            if (TRows.Count > 9) { l9 = TSimd.Load(start + 9 * startRow); if (TColumns.Count > 1) r9 = TSimd.Load(start + 9 * startRow + width); }
            if (TRows.Count > 10) { l10 = TSimd.Load(start + 10 * startRow); if (TColumns.Count > 1) r10 = TSimd.Load(start + 10 * startRow + width); }
            if (TRows.Count > 11) { l11 = TSimd.Load(start + 11 * startRow); if (TColumns.Count > 1) r11 = TSimd.Load(start + 11 * startRow + width); }
            // Strides in bytes and one comparison of pointers: at six rows, every instruction that isn't a load or a multiply-add costs 4 % of the loop.
            byte* a0 = (byte*)a, a3 = (byte*)(a + 3 * aRow), a6 = (byte*)(a + 6 * aRow), a9 = (byte*)(a + 9 * aRow), panel = (byte*)b, end = (byte*)(b + depth * bDepth);
            nint rowStep = aRow * sizeof(float), depthStep = aDepth * sizeof(float), panelStep = bDepth * sizeof(float), ahead = PrefetchSteps * panelStep;
            for (; panel != end; panel += panelStep)
            {
                TVector b0 = Vector(panel, 0), b1 = TColumns.Count > 1 ? Vector(panel, 1) : default, x;
                TVector b2 = TColumns.Count > 2 ? Vector(panel, 2) : default, b3 = TColumns.Count > 2 ? Vector(panel, 3) : default;
                CacheHint.Prefetch(panel + ahead);
                if (TColumns.Count * width > CacheHint.LineFloats)
                    CacheHint.Prefetch(panel + ahead + CacheHint.LineFloats * sizeof(float));
                { x = TSimd.Broadcast(*(float*)(a0)); l0 = TSimd.MultiplyAdd(x, b0, l0); if (TColumns.Count > 1) r0 = TSimd.MultiplyAdd(x, b1, r0); if (TColumns.Count > 2) { s0 = TSimd.MultiplyAdd(x, b2, s0); t0 = TSimd.MultiplyAdd(x, b3, t0); } }
                if (TRows.Count > 1) { x = TSimd.Broadcast(*(float*)(a0 + rowStep)); l1 = TSimd.MultiplyAdd(x, b0, l1); if (TColumns.Count > 1) r1 = TSimd.MultiplyAdd(x, b1, r1); if (TColumns.Count > 2) { s1 = TSimd.MultiplyAdd(x, b2, s1); t1 = TSimd.MultiplyAdd(x, b3, t1); } }
                if (TRows.Count > 2) { x = TSimd.Broadcast(*(float*)(a0 + 2 * rowStep)); l2 = TSimd.MultiplyAdd(x, b0, l2); if (TColumns.Count > 1) r2 = TSimd.MultiplyAdd(x, b1, r2); if (TColumns.Count > 2) { s2 = TSimd.MultiplyAdd(x, b2, s2); t2 = TSimd.MultiplyAdd(x, b3, t2); } }
                if (TRows.Count > 3) { x = TSimd.Broadcast(*(float*)(a3)); l3 = TSimd.MultiplyAdd(x, b0, l3); if (TColumns.Count > 1) r3 = TSimd.MultiplyAdd(x, b1, r3); }
                if (TRows.Count > 4) { x = TSimd.Broadcast(*(float*)(a3 + rowStep)); l4 = TSimd.MultiplyAdd(x, b0, l4); if (TColumns.Count > 1) r4 = TSimd.MultiplyAdd(x, b1, r4); }
                if (TRows.Count > 5) { x = TSimd.Broadcast(*(float*)(a3 + 2 * rowStep)); l5 = TSimd.MultiplyAdd(x, b0, l5); if (TColumns.Count > 1) r5 = TSimd.MultiplyAdd(x, b1, r5); }
                if (TRows.Count > 6) { x = TSimd.Broadcast(*(float*)(a6)); l6 = TSimd.MultiplyAdd(x, b0, l6); if (TColumns.Count > 1) r6 = TSimd.MultiplyAdd(x, b1, r6); }
                if (TRows.Count > 7) { x = TSimd.Broadcast(*(float*)(a6 + rowStep)); l7 = TSimd.MultiplyAdd(x, b0, l7); if (TColumns.Count > 1) r7 = TSimd.MultiplyAdd(x, b1, r7); }
                if (TRows.Count > 8) { x = TSimd.Broadcast(*(float*)(a6 + 2 * rowStep)); l8 = TSimd.MultiplyAdd(x, b0, l8); if (TColumns.Count > 1) r8 = TSimd.MultiplyAdd(x, b1, r8); }
                if (TRows.Count > 9) { x = TSimd.Broadcast(*(float*)(a9)); l9 = TSimd.MultiplyAdd(x, b0, l9); if (TColumns.Count > 1) r9 = TSimd.MultiplyAdd(x, b1, r9); }
                if (TRows.Count > 10) { x = TSimd.Broadcast(*(float*)(a9 + rowStep)); l10 = TSimd.MultiplyAdd(x, b0, l10); if (TColumns.Count > 1) r10 = TSimd.MultiplyAdd(x, b1, r10); }
                if (TRows.Count > 11) { x = TSimd.Broadcast(*(float*)(a9 + 2 * rowStep)); l11 = TSimd.MultiplyAdd(x, b0, l11); if (TColumns.Count > 1) r11 = TSimd.MultiplyAdd(x, b1, r11); }
                a0 += depthStep;
                if (TRows.Count > 3) a3 += depthStep;
                if (TRows.Count > 6) a6 += depthStep;
                if (TRows.Count > 9) a9 += depthStep;
            }
            { TSimd.Store(l0, c); if (TColumns.Count > 1) TSimd.Store(r0, c + width); if (TColumns.Count > 2) { TSimd.Store(s0, c + 2 * width); TSimd.Store(t0, c + 3 * width); } }
            if (TRows.Count > 1) { TSimd.Store(l1, c + cRow); if (TColumns.Count > 1) TSimd.Store(r1, c + cRow + width); if (TColumns.Count > 2) { TSimd.Store(s1, c + cRow + 2 * width); TSimd.Store(t1, c + cRow + 3 * width); } }
            if (TRows.Count > 2) { TSimd.Store(l2, c + 2 * cRow); if (TColumns.Count > 1) TSimd.Store(r2, c + 2 * cRow + width); if (TColumns.Count > 2) { TSimd.Store(s2, c + 2 * cRow + 2 * width); TSimd.Store(t2, c + 2 * cRow + 3 * width); } }
            if (TRows.Count > 3) { TSimd.Store(l3, c + 3 * cRow); if (TColumns.Count > 1) TSimd.Store(r3, c + 3 * cRow + width); }
            if (TRows.Count > 4) { TSimd.Store(l4, c + 4 * cRow); if (TColumns.Count > 1) TSimd.Store(r4, c + 4 * cRow + width); }
            if (TRows.Count > 5) { TSimd.Store(l5, c + 5 * cRow); if (TColumns.Count > 1) TSimd.Store(r5, c + 5 * cRow + width); }
            if (TRows.Count > 6) { TSimd.Store(l6, c + 6 * cRow); if (TColumns.Count > 1) TSimd.Store(r6, c + 6 * cRow + width); }
            if (TRows.Count > 7) { TSimd.Store(l7, c + 7 * cRow); if (TColumns.Count > 1) TSimd.Store(r7, c + 7 * cRow + width); }
            if (TRows.Count > 8) { TSimd.Store(l8, c + 8 * cRow); if (TColumns.Count > 1) TSimd.Store(r8, c + 8 * cRow + width); }
            if (TRows.Count > 9) { TSimd.Store(l9, c + 9 * cRow); if (TColumns.Count > 1) TSimd.Store(r9, c + 9 * cRow + width); }
            if (TRows.Count > 10) { TSimd.Store(l10, c + 10 * cRow); if (TColumns.Count > 1) TSimd.Store(r10, c + 10 * cRow + width); }
            if (TRows.Count > 11) { TSimd.Store(l11, c + 11 * cRow); if (TColumns.Count > 1) TSimd.Store(r11, c + 11 * cRow + width); }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Vector(byte* panel, int index) => TSimd.Load((float*)panel + index * TSimd.Width);
}
