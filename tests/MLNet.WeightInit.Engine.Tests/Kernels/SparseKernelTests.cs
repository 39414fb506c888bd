using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Gemm;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class SparseKernelTests
{
    const int Rows = 9, Depth = 70;

    /// <summary>Every third row of the matrix is empty, and row 4 is full.</summary>
    static (int[] Starts, int[] Indices, float[] Values, float[] Full) Matrix()
    {
        float[] full = new Moat(Rows * Depth).Filled(7).Span.ToArray();
        List<int> starts = [0], indices = [];
        List<float> values = [];
        for (int row = 0; row < Rows; row++)
        {
            for (int k = 0; k < Depth; k++)
            {
                ref float value = ref full[row * Depth + k];
                if (row % 3 == 2 || row != 4 && (row + 5 * k) % 11 > 2)
                    value = 0;
                if (value == 0)
                    continue;
                indices.Add(k);
                values.Add(value);
            }
            starts.Add(indices.Count);
        }
        return ([.. starts], [.. indices, .. Enumerable.Repeat(int.MaxValue, SparseKernel.Ahead)], [.. values], full);
    }

    [Test]
    public void Products_match_plain_double_loops_and_touch_nothing_else([Values] SimdLevel level, [Values(16, 32, 48, 112, 144, 272)] int width, [Values(0, 16)] int gap, [Values] bool isFar)
    {
        (int[] starts, int[] indices, float[] values, float[] full) = Matrix();
        int tableRow = width + gap, row = width + 16;
        Moat table = new Moat(Depth * tableRow).Filled(1), start = new Moat(width).Filled(2), result = new(Rows * row);
        fixed (int* firsts = starts, index = indices)
        fixed (float* value = values)
            SparseKernel.Create(level).Multiply(firsts, Rows, index, value, table.Pointer, tableRow, width, isFar, start.Pointer, 1, result.Pointer, row);
        for (int r = 0; r < Rows; r++)
        {
            for (int c = 0; c < width; c++)
            {
                double sum = start.Span[c], size = Math.Abs(sum);
                for (int k = 0; k < Depth; k++)
                {
                    double product = (double)full[r * Depth + k] * table.Span[k * tableRow + c];
                    sum += product;
                    size += Math.Abs(product);
                }
                // A chain of n additions is within n · 2⁻²⁴ of the sum of sizes; twice where products are rounded too.
                Assert.That((double)result.Span[r * row + c], Is.EqualTo(sum).Within(2 * Depth * size / (1 << 24)), $"row {r}, column {c}");
            }
            Assert.That(result.Span.Slice(r * row + width, 16).ToArray(), Is.All.Zero, "between two rows");
        }
        Assert.That(result.IsUntouched && table.IsUntouched, Is.True);
    }

    [Test]
    public void Sums_may_start_from_the_same_zeros_in_every_column([Values] SimdLevel level)
    {
        const int Width = 272;
        (int[] starts, int[] indices, float[] values, _) = Matrix();
        Moat table = new Moat(Depth * Width).Filled(1), few = new(SparseKernel.MostZeros), all = new(Width), found = new(Rows * Width), expected = new(Rows * Width);
        fixed (int* firsts = starts, index = indices)
        fixed (float* value = values)
        {
            SparseKernel.Create(level).Multiply(firsts, Rows, index, value, table.Pointer, Width, Width, false, few.Pointer, 0, found.Pointer, Width);
            SparseKernel.Create(level).Multiply(firsts, Rows, index, value, table.Pointer, Width, Width, false, all.Pointer, 1, expected.Pointer, Width);
        }
        Assert.That(found.Span.SequenceEqual(expected.Span), Is.True);
    }

    [Test]
    [Category("Determinism")]
    public void Products_have_the_bits_of_the_dense_kernel([Values] SimdLevel level, [Values(16, 32, 48, 112, 144, 272)] int width)
    {
        (int[] starts, int[] indices, float[] values, float[] full) = Matrix();
        Moat table = new Moat(Depth * width).Filled(1), start = new Moat(width).Filled(2), sparse = new(Rows * width), dense = new(Rows * width);
        fixed (int* firsts = starts, index = indices)
        fixed (float* value = values, matrix = full)
        {
            SparseKernel.Create(level).Multiply(firsts, Rows, index, value, table.Pointer, width, width, true, start.Pointer, 1, sparse.Pointer, width);
            for (int column = 0; column < width; column += Panels.Width)
                GemmKernel.Create(level).Multiply(matrix, Depth, 1, Rows, table.Pointer + column, width, Math.Min(Panels.Width, width - column), Depth, start.Pointer + column, 0, dense.Pointer + column, width);
        }
        Assert.That(sparse.Span.SequenceEqual(dense.Span), Is.True);
    }

    [Test]
    [Category("Fused")]
    public void Every_width_gives_the_same_bits([Values(16, 32, 48, 112, 144, 272)] int width)
    {
        (int[] starts, int[] indices, float[] values, _) = Matrix();
        float[][] results = [.. Widths.Fused.Select(level =>
        {
            Moat table = new Moat(Depth * width).Filled(1), start = new Moat(width).Filled(2), result = new(Rows * width);
            fixed (int* firsts = starts, index = indices)
            fixed (float* value = values)
                SparseKernel.Create(level).Multiply(firsts, Rows, index, value, table.Pointer, width, width, true, start.Pointer, 1, result.Pointer, width);
            return result.Span.ToArray();
        })];
        Assert.That(results[1], Is.EqualTo(results[0]));
        Assert.That(results[2], Is.EqualTo(results[0]));
    }
}
