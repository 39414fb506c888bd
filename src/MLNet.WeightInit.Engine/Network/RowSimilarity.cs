using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>How alike rows are: the cosines of the angles between them.</summary>
/// <param name="Rows">The probe's rows that were compared: all, or every so many-th.</param>
/// <param name="Cosines">Of sixteen groups of pairs, from the least alike sixteenth to the most alike: the means, those of each two drawn apart until they have the deviation of their pairs, so that the mean cosine and the mean
/// squared cosine of all are exact. Empty where no two rows can be compared.</param>
/// <param name="LengthSpread">Mean of the squared lengths' squares over the square of their mean: 1 where all rows are equally long.</param>
internal sealed record RowSimilarity(int[] Rows, double[] Cosines, double LengthSpread)
{
    const int Groups = 16, MostRows = 128, FewestRows = 16;

    /// <summary>The group of each pair (a, b), b below a, of <see cref="Rows"/>, b running fastest; <see cref="Cosines"/>.Length where two can't be compared. Empty where nobody asked.</summary>
    public byte[] PairGroups { get; init; } = [];

    /// <summary>Products of two numbers that the comparison may take: some milliseconds.</summary>
    const double MostProducts = 1 << 23;

    /// <summary>Of dense rows.</summary>
    /// <param name="block">Row-major, [rows][stride].</param>
    public static RowSimilarity Of(ReadOnlySpan<float> block, int rows, int columns, int stride)
    {
        int[] chosen = Choose(rows, columns);
        var products = new double[chosen.Length * chosen.Length];
        RowProducts.Of(block, columns, stride, chosen, products);
        return Of(chosen, products);
    }

    /// <summary>Of sparse rows.</summary>
    public static RowSimilarity Of(SparseBatch batch, int columns)
    {
        int[] chosen = Choose(batch.Rows, batch.Count / Math.Max(1, batch.Rows));
        var products = new double[chosen.Length * chosen.Length];
        RowProducts.Of(batch, columns, chosen, products);
        return Of(chosen, products);
    }

    /// <summary>The mean cosine between some rows of a block: Σ over pairs is what ‖Σ unit vectors‖² has beyond their number.</summary>
    /// <returns>NaN for less than two rows that aren't 0.</returns>
    public static double Mean(ReadOnlySpan<float> block, int columns, int stride, ReadOnlySpan<int> rows)
    {
        var sums = new double[columns];
        int count = 0;
        foreach (int row in rows)
        {
            ReadOnlySpan<float> values = block.Slice(row * stride, columns);
            double length = Math.Sqrt(FixedOrderSums.SumAndSquares(values).SquaredSum);
            if (!(length > 0))
                continue;
            count++;
            for (int column = 0; column < columns; column++)
                sums[column] += values[column] / length;
        }
        double total = 0;
        foreach (double sum in sums)
            total += sum * sum;
        return count > 1 ? (total - count) / ((double)count * (count - 1)) : double.NaN;
    }

    /// <summary>Mean squared cosines between the rows of another block, weighted with their lengths, by the groups of <see cref="Cosines"/>; and the spread of their squared lengths.</summary>
    public (double[] SquaredCosines, double Spread) SquaredCosines(ReadOnlySpan<float> block, int columns, int stride)
    {
        double[] pairs = new double[Math.Max(1, Cosines.Length)], counts = new double[pairs.Length];
        var products = new double[Rows.Length * Rows.Length];
        RowProducts.Of(block, columns, stride, Rows, products);
        double squares = 0, fourths = 0;
        for (int a = 0, pair = 0; a < Rows.Length; a++)
            for (int b = 0; b <= a; b++)
            {
                double product = products[a * Rows.Length + b];
                if (a == b)
                    (squares, fourths) = (squares + product, fourths + product * product);
                else if (PairGroups[pair++] is var group && group < Cosines.Length)
                    (pairs[group], counts[group]) = (pairs[group] + product * product, counts[group] + 1);
            }
        double meanSquare = squares / Rows.Length * (squares / Rows.Length);
        for (int group = 0; group < pairs.Length; group++)
            pairs[group] = meanSquare > 0 && counts[group] > 0 ? pairs[group] / counts[group] / meanSquare : 0;
        return (pairs, meanSquare > 0 ? fourths / Rows.Length / meanSquare : 1);
    }

    static int[] Choose(int rows, double columns)
    {
        int most = MostRows;
        while (most > FewestRows && most * columns * most / 2 > MostProducts)
            most /= 2;
        int step = (rows + most - 1) / most;
        return [.. Enumerable.Range(0, (rows + step - 1) / step).Select(i => i * step)];
    }

    static RowSimilarity Of(int[] rows, double[] products)
    {
        int count = 0, pair = 0;
        double[] cosines = new double[rows.Length * (rows.Length - 1) / 2], lengths = new double[rows.Length];
        var pairs = new int[cosines.Length];
        double squares = 0, fourths = 0;
        for (int a = 0; a < rows.Length; a++)
        {
            lengths[a] = products[a * rows.Length + a];
            squares += lengths[a];
            fourths += lengths[a] * lengths[a];
            for (int b = 0; b < a; b++, pair++)
                if (lengths[a] > 0 && lengths[b] > 0)
                    (cosines[count], pairs[count++]) = (Math.Clamp(products[a * rows.Length + b] / Math.Sqrt(lengths[a] * lengths[b]), -1, 1), pair);
        }
        Span<double> sorted = cosines.AsSpan(0, count);
        Sort(sorted, pairs.AsSpan(0, count));
        var means = new double[Math.Min(Groups, count)];
        var groups = new byte[pair];
        Array.Fill(groups, (byte)means.Length);
        for (int g = 0; g < means.Length; g++)
        {
            Range group = (int)((long)count * g / means.Length)..(int)((long)count * (g + 1) / means.Length);
            foreach (double cosine in sorted[group])
                means[g] += cosine;
            foreach (int member in pairs.AsSpan(group))
                groups[member] = (byte)g;
            means[g] /= group.End.Value - group.Start.Value;
        }
        for (int g = 0; g + 1 < means.Length && means.Length == Groups; g += 2)
            (means[g], means[g + 1]) = OfSameDeviation(sorted[(int)((long)count * g / Groups)..(int)((long)count * (g + 2) / Groups)]);
        return new RowSimilarity(rows, means, squares > 0 ? fourths * rows.Length / (squares * squares) : 1) { PairGroups = groups };
    }

    /// <summary>Of equal cosines the pair that comes first.</summary>
    static void Sort(Span<double> cosines, Span<int> pairs)
    {
        cosines.Sort(pairs);
        for (int first = 0, end; first < cosines.Length; first = end)
        {
            for (end = first + 1; end < cosines.Length && cosines[end].Equals(cosines[first]);)
                end++;
            pairs[first..end].Sort();
        }
    }

    /// <summary>Two numbers with the mean and the deviation of some pairs' cosines: chance in the weights is up to the mean square, of which means of groups lose a twentieth, and of what is beyond that of independent rows more.</summary>
    static (double Low, double High) OfSameDeviation(ReadOnlySpan<double> cosines)
    {
        double mean = 0, squares = 0;
        foreach (double cosine in cosines)
            mean += cosine / cosines.Length;
        foreach (double cosine in cosines)
            squares += (cosine - mean) * (cosine - mean) / cosines.Length;
        double deviation = Math.Sqrt(squares);
        return (Math.Max(-1, mean - deviation), Math.Min(1, mean + deviation));
    }
}
