namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>Turns a tensor of normal draws into one of orthonormal rows or columns, a gate and group at a time.</summary>
internal static class OrthogonalFill
{
    /// <param name="weights">Takes the values.</param>
    /// <param name="shape">Its matrices, one a gate and group, are made orthogonal each on its own.</param>
    /// <param name="random">Gives as many draws as there are weights, in their order.</param>
    /// <param name="gain">Every singular value.</param>
    /// <exception cref="InvalidOperationException">The work matrix would be larger than a .NET array can be.</exception>
    public static void Fill(Span<float> weights, in WeightShape shape, RandomSource random, double gain)
    {
        random.FillNormal(weights, 1);
        if (weights.IsEmpty)
            return;
        TensorMatrix first = TensorMatrix.Of(shape, 0);
        var work = new HouseholderMatrix(Math.Max(first.Rows, first.Columns), first.DiagonalLength);
        for (int block = 0; block < shape.Blocks; block++)
            Orthonormalize(weights, TensorMatrix.Of(shape, block), work, gain);
    }

    static void Orthonormalize(Span<float> weights, TensorMatrix matrix, HouseholderMatrix work, double gain)
    {
        bool isTall = matrix.Rows >= matrix.Columns;
        for (int vector = 0; vector < work.Columns; vector++)
        {
            Span<double> column = work.Column(vector);
            for (int i = 0; i < column.Length; i++)
                column[i] = weights[matrix.Offset + (isTall ? i * matrix.RowStride + vector : vector * matrix.RowStride + i)];
        }
        work.Orthonormalize();
        for (int vector = 0; vector < work.Columns; vector++)
        {
            ReadOnlySpan<double> column = work.Column(vector);
            for (int i = 0; i < column.Length; i++)
                weights[matrix.Offset + (isTall ? i * matrix.RowStride + vector : vector * matrix.RowStride + i)] = (float)(gain * column[i]);
        }
    }
}
