using System.Numerics;
using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Gemm;

namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>Orthonormal rows, drawn evenly (Haar) from all that there are: what the QR decomposition of a normal matrix gives, at half its work.</summary>
/// <remarks>
/// Stewart 1980, theorem 3.3: the reflections that QR would find for a normal matrix are those of independent normal vectors of falling length, since what a reflection leaves of the matrix is normal again. So they are drawn,
/// not found: x(k) ~ N(0, I) of length m − k, reflected to a multiple of the first unit vector, and the row is multiplied by the sign that R's diagonal would have, without which the rows are not Haar (Mezzadri 2007, section 4).
/// The product H(0) H(1) … is formed from its end, 64 reflections at once as I − V T Vᵀ (Schreiber and Van Loan 1989): three matrix products, by the kernel that trains. T comes from its inverse, which is the upper half of
/// Vᵀ V with half its diagonal (Puglisi 1992), so that the block is orthogonal however V was rounded. Every sum is a chain in one order; blocks and panels are the same on every machine.
/// </remarks>
internal sealed unsafe class HaarRows : IDisposable
{
    /// <summary>Reflections in a block; it decides bits.</summary>
    const int Block = 64;

    /// <summary>Rows that pass all three products before the next ones do: 96 rows of 2,048 floats stay in the second-level cache. It decides no bit.</summary>
    const int Chunk = 96;

    readonly GemmKernel _gemm;
    readonly int _rows, _length, _stride, _block, _chunk;
    readonly WorkBuffer _matrix, _across, _along, _small;
    readonly double[] _signs;

    /// <param name="rows">At least 1.</param>
    /// <param name="length">At least <paramref name="rows"/>.</param>
    /// <param name="level">All fused levels give the same bits.</param>
    public HaarRows(int rows, int length, SimdLevel level)
    {
        (_rows, _length, _stride) = (rows, length, Panels.RowStride(length));
        (_block, _chunk) = (BlockOf(rows), Math.Min(Chunk, rows));
        _gemm = GemmKernel.Create(level);
        _signs = new double[rows];
        _matrix = new WorkBuffer((long)rows * _stride);
        _across = new WorkBuffer(PanelFloats(rows, length));
        _along = new WorkBuffer(PanelFloats(rows, length));
        _small = new WorkBuffer(SmallFloats(rows));
    }

    /// <summary>What an object of this size takes: the matrix of rows, a block of at most 64 of them twice over, and a few blocks of at most 64 × 96.</summary>
    public static long Bytes(long rows, long length)
    {
        long stride = (length + Panels.Padding - 1) / Panels.Padding * Panels.Padding + Panels.Padding;
        return sizeof(float) * (rows * stride + 2 * PanelFloats(rows, length) + SmallFloats(rows)) + sizeof(double) * rows;
    }

    /// <summary>Draws rows · length − rows (rows − 1) / 2 normal values, and makes the rows of them.</summary>
    public void Draw(RandomSource random)
    {
        for (int row = 0; row < _rows; row++)
            DrawReflection(row, random);
        for (int first = (_rows - 1) / Block * Block; first >= 0; first -= Block)
            ApplyBlock(first, Math.Min(Block, _rows - first));
    }

    /// <summary>destination[i · rowStride + j · columnStride] = factor · the j-th value of row i, for a stride of 1 on either side.</summary>
    public void Copy(Span<float> destination, int rowStride, int columnStride, double factor)
    {
        for (int row = 0; row < _rows; row++)
            Scaled(row, factor);
        fixed (float* target = destination)
        {
            if (columnStride == 1)
                for (int row = 0; row < _rows; row++)
                    Row(row, 0).CopyTo(destination[(row * rowStride)..]);
            else
                for (int column = 0; column < _length; column += Block)
                    for (int row = 0; row < _rows; row += Block)
                        Panels.Transpose(_matrix.Pointer + (nint)row * _stride + column, _stride, Math.Min(Block, _rows - row), Math.Min(Block, _length - column),
                            target + (nint)column * columnStride + row, columnStride);
        }
    }

    /// <summary>factor · row i, which it becomes: to be asked for once a draw.</summary>
    public ReadOnlySpan<float> Scaled(int row, double factor)
    {
        Span<float> values = Row(row, 0);
        Scale(values, (float)(_signs[row] * factor));
        return values;
    }

    public void Dispose()
    {
        _matrix.Dispose();
        _across.Dispose();
        _along.Dispose();
        _small.Dispose();
    }

    /// <summary>Reflections in the largest block of so many rows, padded.</summary>
    static int BlockOf(long rows) => Panels.Padded((int)Math.Min(Block, rows));

    static long PanelFloats(long rows, long length) => BlockOf(rows) * (length + Panels.Width);

    /// <summary>Inner products and T, the chunk's products with V and with T, and a start for rows of T.</summary>
    static int SmallFloats(long rows) => 2 * BlockOf(rows) * (BlockOf(rows) + (int)Math.Min(Chunk, rows) + 1);

    Span<float> Row(int row, int first) => new(_matrix.Pointer + (nint)row * _stride + first, _length - first);

    static void Scale(Span<float> values, float factor)
    {
        int index = 0;
        for (; index <= values.Length - Vector<float>.Count; index += Vector<float>.Count)
            (new Vector<float>(values[index..]) * factor).CopyTo(values[index..]);
        for (; index < values.Length; index++)
            values[index] *= factor;
    }

    /// <summary>v = (x + sign(x₀) ‖x‖ e₀) / √(‖x‖ (‖x‖ + |x₀|)), whose square is 2: the reflection is I − v vᵀ, and nothing cancels in x₀ + sign(x₀) ‖x‖.</summary>
    void DrawReflection(int row, RandomSource random)
    {
        new Span<float>(_matrix.Pointer + (nint)row * _stride, _stride).Clear();
        Span<float> vector = Row(row, row);
        random.FillNormal(vector, 1);
        // FillNormal never gives 0, so the norm is above 0.
        double norm = Math.Sqrt(FixedOrderSums.SumAndSquares(vector).SquaredSum), head = vector[0], sign = head < 0 ? -1 : 1;
        float scale = (float)(1 / Math.Sqrt(norm * (norm + Math.Abs(head))));
        Scale(vector, scale);
        vector[0] = (float)((head + sign * norm) * scale);
        _signs[row] = -sign;                                // R's diagonal entry is −sign(x₀) ‖x‖
    }

    /// <summary>Multiplies the rows from <paramref name="first"/> on by the block's reflections: Q ← Q − (Q Vᵀ) Tᵀ V, where the block's own rows begin as rows of I and V's rows are the reflections.</summary>
    [SkipLocalsInit]
    void ApplyBlock(int first, int count)
    {
        int depth = _length - first, padded = Panels.Padded(count);
        float* block = _matrix.Pointer + (nint)first * _stride + first, zeros = stackalloc float[Panels.Width];
        new Span<float>(zeros, Panels.Width).Clear();
        PackAcross(block, count, depth);
        PackAlong(block, count, depth);
        float* inner = _small.Pointer, triangle = inner + _block * _block, products = triangle + _block * _block, turned = products + _chunk * _block, start = turned + _chunk * _block;
        Multiply(block, _stride, count, _across.Pointer, depth, count, zeros, inner, padded);
        InvertTriangle(inner, padded, count, triangle, start);

        for (int row = 0; row < count; row++)
        {
            Row(first + row, first).Clear();
            block[(nint)row * _stride + row] = 1;
        }
        for (int row = first; row < _rows; row += Chunk)
        {
            int rows = Math.Min(Chunk, _rows - row);
            float* chunk = _matrix.Pointer + (nint)row * _stride + first;
            Multiply(chunk, _stride, rows, _across.Pointer, depth, count, zeros, products, padded);
            Multiply(products, padded, rows, triangle, count, count, zeros, turned, padded);
            float* panel = _along.Pointer;
            for (int column = 0; column < depth; column += Panels.Width)
            {
                int width = Panels.WidthOf(column / Panels.Width, depth);
                _gemm.Multiply(turned, padded, 1, rows, panel, width, width, count, chunk + column, _stride, chunk + column, _stride);
                panel += (nint)count * width;
            }
        }
    }

    /// <summary>C = A · B for a B of <paramref name="outputs"/> columns in panels: each [depth][32 or 16].</summary>
    void Multiply(float* a, int aRow, int rows, float* panels, int depth, int outputs, float* zeros, float* c, int cRow)
    {
        for (int panel = 0; panel < Panels.Count(outputs); panel++)
        {
            int width = Panels.WidthOf(panel, outputs);
            _gemm.Multiply(a, aRow, 1, rows, panels + Panels.Offset(panel, depth), width, width, depth, zeros, 0, c + panel * Panels.Width, cRow);
        }
    }

    /// <summary>Vᵀ in panels: the reflections side by side.</summary>
    void PackAcross(float* block, int count, int depth)
    {
        for (int panel = 0; panel < Panels.Count(count); panel++)
        {
            int width = Panels.WidthOf(panel, count), firstRow = panel * Panels.Width, rows = Math.Min(width, count - firstRow);
            float* destination = _across.Pointer + Panels.Offset(panel, depth);
            if (rows < width)
                new Span<float>(destination, depth * width).Clear();
            Panels.Transpose(block + (nint)firstRow * _stride, _stride, rows, depth, destination, width);
        }
    }

    /// <summary>V in panels of its columns. Beyond the rows' length the matrix has zeros.</summary>
    void PackAlong(float* block, int count, int depth)
    {
        float* destination = _along.Pointer;
        for (int column = 0; column < depth; column += Panels.Width)
        {
            int width = Panels.WidthOf(column / Panels.Width, depth);
            for (int row = 0; row < count; row++, destination += width)
                new Span<float>(block + (nint)row * _stride + column, width).CopyTo(new Span<float>(destination, width));
        }
    }

    /// <summary>−Tᵀ, in panels, from the inner products of the reflections: the inverse of a lower triangle, row by row.</summary>
    /// <param name="inner">V Vᵀ; left with its signs turned.</param>
    /// <param name="start">Room for a row.</param>
    void InvertTriangle(float* inner, int padded, int count, float* triangle, float* start)
    {
        new Span<float>(start, 2 * _block).Clear();
        for (int row = 0; row < count; row++)
        {
            float* coefficients = inner + row * padded;
            float inverse = 2 / coefficients[row];
            for (int i = 0; i < row; i++)
                coefficients[i] = -coefficients[i];
            start[row] = -1;
            for (int panel = 0; panel < Panels.Count(count); panel++)
            {
                int width = Panels.WidthOf(panel, count);
                float* rows = triangle + Panels.Offset(panel, count), own = rows + row * width;
                _gemm.Multiply(coefficients, padded, 1, 1, rows, width, width, row, start + panel * Panels.Width, 0, own, width);
                for (int i = 0; i < width; i++)
                    own[i] *= inverse;
            }
            start[row] = 0;
        }
    }
}
