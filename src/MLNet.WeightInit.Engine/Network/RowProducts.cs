using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>The products of each two of some rows: a symmetric matrix, row-major.</summary>
internal static class RowProducts
{
    /// <summary>Of dense rows.</summary>
    /// <param name="block">Row-major, [rows][stride].</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="products">[rows × rows].</param>
    public static void Of(ReadOnlySpan<float> block, int columns, int stride, ReadOnlySpan<int> rows, Span<double> products)
    {
        for (int a = 0; a < rows.Length; a++)
            for (int b = 0; b <= a; b++)
                products[a * rows.Length + b] = products[b * rows.Length + a] = DoubleVectors.Dot(block.Slice(rows[a] * stride, columns), block.Slice(rows[b] * stride, columns));
    }

    /// <summary>Of sparse rows.</summary>
    /// <inheritdoc cref="Of(ReadOnlySpan{float}, int, int, ReadOnlySpan{int}, Span{double})" path="/param"/>
    public static void Of(SparseBatch batch, int columns, ReadOnlySpan<int> rows, Span<double> products)
    {
        var dense = new float[columns];
        for (int a = 0; a < rows.Length; a++)
        {
            int first = batch.Starts[rows[a]], end = batch.Starts[rows[a] + 1];
            for (int i = first; i < end; i++)
                dense[batch.Columns[i]] = batch.Values[i];
            for (int b = 0; b <= a; b++)
            {
                double sum = 0;
                for (int i = batch.Starts[rows[b]]; i < batch.Starts[rows[b] + 1]; i++)
                    sum += (double)dense[batch.Columns[i]] * batch.Values[i];
                products[a * rows.Length + b] = products[b * rows.Length + a] = sum;
            }
            for (int i = first; i < end; i++)
                dense[batch.Columns[i]] = 0;
        }
    }
}
