namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>Fills a tensor with orthonormal rows or columns, whichever are fewer, a gate and group at a time.</summary>
internal static class OrthogonalFill
{
    /// <param name="weights">Takes the values.</param>
    /// <param name="shape">Its matrices, one a gate and group, are orthogonal each on its own.</param>
    /// <param name="gain">Every singular value.</param>
    public static void Fill(Span<float> weights, in WeightShape shape, RandomSource random, double gain)
    {
        TensorMatrix first = TensorMatrix.Of(shape, 0);
        if (weights.IsEmpty)
            return;
        using var rows = new HaarRows(first.DiagonalLength, Math.Max(first.Rows, first.Columns), random.Level);
        for (int block = 0; block < shape.Blocks; block++)
            Draw(rows, weights, TensorMatrix.Of(shape, block), random, gain);
    }

    /// <summary>Fills one matrix of a tensor, which may be empty.</summary>
    public static void Fill(Span<float> weights, TensorMatrix matrix, RandomSource random, double gain)
    {
        if (matrix.DiagonalLength == 0)
            return;
        using var rows = new HaarRows(matrix.DiagonalLength, Math.Max(matrix.Rows, matrix.Columns), random.Level);
        Draw(rows, weights, matrix, random, gain);
    }

    /// <summary>What a fill takes beside its weights.</summary>
    public static long WorkBytes(in WeightShape shape) => WorkBytes(TensorMatrix.Of(shape, 0));

    /// <inheritdoc cref="WorkBytes(in WeightShape)"/>
    public static long WorkBytes(TensorMatrix matrix) => matrix.DiagonalLength == 0 ? 0 : HaarRows.Bytes(matrix.DiagonalLength, Math.Max(matrix.Rows, matrix.Columns));

    static void Draw(HaarRows rows, Span<float> weights, TensorMatrix matrix, RandomSource random, double gain)
    {
        rows.Draw(random);
        bool isTall = matrix.Rows > matrix.Columns;
        rows.Copy(weights[matrix.Offset..], isTall ? 1 : matrix.RowStride, isTall ? matrix.RowStride : 1, gain);
    }
}
