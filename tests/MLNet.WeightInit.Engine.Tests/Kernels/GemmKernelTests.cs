using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Gemm;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class GemmKernelTests
{
    /// <summary>n sums of k products, each rounded once: |error| ≤ k · u · Σ|a · b| with u = 2⁻²⁴ (Higham 2002, eq. 3.5), plus one rounding of the start; twice that without fused multiply-add.</summary>
    const double UnitRoundoff = 1.0 / (1 << 24);

    [Test]
    public void Product_matches_a_double_loop_for_every_tail_of_every_tile([Values] SimdLevel level, [Values(16, 32)] int columns)
    {
        GemmKernel gemm = GemmKernel.Create(level);
        for (int rows = 1; rows <= 25; rows++)
        {
            foreach (int depth in (int[])[0, 1, 2, 7, 64])
                Check(gemm, rows, columns, depth, rowMajor: true, bias: true, level == SimdLevel.Unfused128);
        }
    }

    [Test]
    public void Product_continues_from_C_over_several_depth_blocks([Values] SimdLevel level)
        => Check(GemmKernel.Create(level), rows: 13, columns: 32, depth: 2 * GemmKernel.DepthBlock + 3, rowMajor: true, bias: true, level == SimdLevel.Unfused128);

    [Test]
    public void Weight_gradient_reads_its_left_operand_by_columns([Values] SimdLevel level)
    {
        for (int rows = 1; rows <= 25; rows++)
            Check(GemmKernel.Create(level), rows, columns: 32, depth: 33, rowMajor: false, bias: false, level == SimdLevel.Unfused128);
    }

    [Test]
    [Category("Fused")]
    public void Every_width_gives_the_bits_of_a_scalar_chain_of_fused_multiply_adds([Values(SimdLevel.Width128, SimdLevel.Width256, SimdLevel.Width512)] SimdLevel level)
    {
        const int Rows = 19, Columns = 32, Depth = GemmKernel.DepthBlock + 77;
        var a = new Moat(Rows * Depth).Filled(1);
        var b = new Moat(Depth * Columns).Filled(2);
        var bias = new Moat(Columns).Filled(3);
        var c = new Moat(Rows * Columns);
        GemmKernel.Create(level).Multiply(a.Pointer, Depth, 1, Rows, b.Pointer, Columns, Columns, Depth, bias.Pointer, 0, c.Pointer, Columns);

        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                float sum = bias.Span[column];
                for (int k = 0; k < Depth; k++)
                    sum = MathF.FusedMultiplyAdd(a.Span[row * Depth + k], b.Span[k * Columns + column], sum);
                Assert.That(BitConverter.SingleToInt32Bits(c.Span[row * Columns + column]), Is.EqualTo(BitConverter.SingleToInt32Bits(sum)), $"row {row}, column {column}");
            }
        }
    }

    [Test]
    public void A_row_gives_the_same_bits_alone_and_in_any_batch([Values] SimdLevel level)
    {
        const int Rows = 40, Columns = 32, Depth = 100;
        var a = new Moat(Rows * Depth).Filled(4);
        var b = new Moat(Depth * Columns).Filled(5);
        var bias = new Moat(Columns).Filled(6);
        var whole = new Moat(Rows * Columns);
        GemmKernel gemm = GemmKernel.Create(level);
        gemm.Multiply(a.Pointer, Depth, 1, Rows, b.Pointer, Columns, Columns, Depth, bias.Pointer, 0, whole.Pointer, Columns);
        foreach (int batch in (int[])[1, 2, 5, 13])
        {
            var part = new Moat(Rows * Columns);
            for (int first = 0; first < Rows; first += batch)
            {
                int rows = Math.Min(batch, Rows - first);
                gemm.Multiply(a.Pointer + first * Depth, Depth, 1, rows, b.Pointer, Columns, Columns, Depth, bias.Pointer, 0, part.Pointer + first * Columns, Columns);
            }
            Assert.That(part.Span.SequenceEqual(whole.Span), Is.True, $"batches of {batch}");
        }
    }

    /// <summary>Eight, four, two vectors and half a panel at every width: 16 to 304 columns; weights in panels, and input by input.</summary>
    [Test]
    [Category("Fused")]
    public void A_row_times_all_panels_gives_the_bits_of_a_scalar_chain([Values(SimdLevel.Width128, SimdLevel.Width256, SimdLevel.Width512)] SimdLevel level, [Values] bool byInput)
    {
        GemmKernel gemm = GemmKernel.Create(level);
        foreach (int depth in (int[])[0, 1, 5, 30, GemmKernel.DepthBlock + 7])
        {
            for (int columns = Panels.Padding; columns <= 304; columns += Panels.Padding)
            {
                int panels = (columns + Panels.Width - 1) / Panels.Width, step = byInput ? columns : Panels.Width;
                nint panelStep = byInput ? Panels.Width : depth * Panels.Width;
                var x = new Moat(depth).Filled(7);
                var b = new Moat(byInput ? depth * columns : depth * panels * Panels.Width).Filled(8);
                var bias = new Moat(columns).Filled(9);
                var sums = new Moat(columns);
                gemm.MultiplyRow(x.Pointer, depth, b.Pointer, panelStep, step, columns, bias.Pointer, sums.Pointer);

                for (int column = 0; column < columns; column++)
                {
                    float sum = bias.Span[column];
                    for (int k = 0; k < depth; k++)
                        sum = MathF.FusedMultiplyAdd(x.Span[k], b.Span[(int)(column / Panels.Width * panelStep) + k * step + column % Panels.Width], sum);
                    Assert.That(BitConverter.SingleToInt32Bits(sums.Span[column]), Is.EqualTo(BitConverter.SingleToInt32Bits(sum)), $"depth {depth}, column {column} of {columns}");
                }
                Assert.That(sums.IsUntouched, Is.True);
            }
        }
    }

    static void Check(GemmKernel gemm, int rows, int columns, int depth, bool rowMajor, bool bias, bool unfused)
    {
        int aRow = rowMajor ? depth + 3 : 1, aDepth = rowMajor ? 1 : rows + 2, bDepth = columns + 16, cRow = columns + 16;
        var a = new Moat(rowMajor ? Math.Max(1, (rows - 1) * aRow + depth) : Math.Max(1, (depth - 1) * aDepth + rows)).Filled(11);
        var b = new Moat(Math.Max(1, (depth - 1) * bDepth + columns)).Filled(12);
        var start = new Moat(columns);
        if (bias)
            start.Filled(13);
        var c = new Moat((rows - 1) * cRow + columns);
        gemm.Multiply(a.Pointer, aRow, aDepth, rows, b.Pointer, bDepth, columns, depth, start.Pointer, 0, c.Pointer, cRow);

        Assert.That(c.IsUntouched, Is.True, "wrote outside of C");
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double sum = start.Span[column], magnitude = Math.Abs(sum);
                for (int k = 0; k < depth; k++)
                {
                    double product = (double)a.Span[row * aRow + k * aDepth] * b.Span[k * bDepth + column];
                    sum += product;
                    magnitude += Math.Abs(product);
                }
                double bound = (depth + 1) * UnitRoundoff * magnitude * (unfused ? 2 : 1);
                Assert.That((double)c.Span[row * cRow + column], Is.EqualTo(sum).Within(bound), $"{rows} × {columns} × {depth}: row {row}, column {column}");
            }
        }
        for (int row = 0; row + 1 < rows; row++)
            Assert.That(c.Span.Slice(row * cRow + columns, cRow - columns).ToArray(), Is.All.Zero, "wrote between rows");
    }
}
