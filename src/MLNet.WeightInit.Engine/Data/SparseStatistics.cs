using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>How features of sparse rows are standardized: so that their zeros stay zeros, except for the few that are numbers among them.</summary>
/// <remarks>
/// By rule, feature by feature over the training rows:
/// one that is never given, or has the same value in all rows, gets scale 0, as in dense data;
/// one that is not 0 in at least half of the rows, and beyond −1 … 1 somewhere, or not 0 in nearly all rows and not always the same there, is a number such as a price or a share beside a text: centred and divided by its
/// deviation, as in dense data;
/// any other is sparse: never centred, since that would make every row full, and divided by the root mean square of its values other than 0 where that is above 1 (counts),
/// so that indicators, rare shares and the rarer words of texts that are normalized row by row stay as they are.
/// </remarks>
internal static class SparseStatistics
{
    /// <summary>Share of rows in which a feature must be other than 0 to be taken for a number.</summary>
    const double ShareOfNumbers = 0.5;

    /// <summary>The same of one within −1 … 1, as the commonest words of texts that are normalized row by row are: divided by their small deviations, half of all words would drown the others.</summary>
    const double ShareOfSmallNumbers = 0.95;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static AffineScale Standardization(SparseRows data, ReadOnlySpan<int> rows)
    {
        int count = data.ColumnCount;
        var given = new int[count];
        var sums = new double[count];
        var squares = new double[count];
        var minimum = new float[count];
        var maximum = new float[count];
        foreach (int row in rows)
        {
            ReadOnlySpan<int> columns = data.Columns(row);
            ReadOnlySpan<float> values = data.Values(row);
            for (int i = 0; i < columns.Length; i++)
            {
                int column = columns[i];
                float value = values[i];
                if (value == 0)
                    continue;
                minimum[column] = given[column] == 0 ? value : MathF.Min(minimum[column], value);
                maximum[column] = given[column] == 0 ? value : MathF.Max(maximum[column], value);
                given[column]++;
                sums[column] += value;
                squares[column] += (double)value * value;
            }
        }
        var means = new float[count];
        var scales = new float[count];
        var isNumber = new bool[count];
        for (int column = 0; column < count; column++)
        {
            if (given[column] == 0 || given[column] == rows.Length && minimum[column] == maximum[column])
                continue;
            isNumber[column] = maximum[column] > 1 || minimum[column] < -1 ? given[column] >= ShareOfNumbers * rows.Length : given[column] >= ShareOfSmallNumbers * rows.Length && minimum[column] < maximum[column];
            if (isNumber[column])
                means[column] = (float)(sums[column] / rows.Length);
            else
                scales[column] = (float)(1 / Math.Max(1, Math.Sqrt(squares[column] / given[column])));
            if (!isNumber[column] || given[column] == rows.Length)
                continue;
            minimum[column] = MathF.Min(0, minimum[column]);
            maximum[column] = MathF.Max(0, maximum[column]);
        }
        ScaleNumbers(data, rows, isNumber, given, minimum, maximum, means, scales);
        return new AffineScale(means, scales);
    }

    /// <summary>The deviation of numbers, from distances to their mean: a difference of sums would lose its digits.</summary>
    static void ScaleNumbers(SparseRows data, ReadOnlySpan<int> rows, bool[] isNumber, int[] given, float[] minimum, float[] maximum, float[] means, float[] scales)
    {
        if (Array.IndexOf(isNumber, true) < 0)
            return;
        var squares = new double[means.Length];
        foreach (int row in rows)
        {
            ReadOnlySpan<int> columns = data.Columns(row);
            ReadOnlySpan<float> values = data.Values(row);
            for (int i = 0; i < columns.Length; i++)
            {
                double distance = values[i] - (double)means[columns[i]];
                if (values[i] != 0)
                    squares[columns[i]] += distance * distance;
            }
        }
        for (int column = 0; column < means.Length; column++)
        {
            if (!isNumber[column])
                continue;
            double mean = means[column];
            FeatureStatistics.CheckSpan(column, minimum[column], maximum[column], means[column]);
            float scale = (float)(1 / Math.Sqrt((squares[column] + (rows.Length - given[column]) * mean * mean) / rows.Length));
            scales[column] = float.IsFinite(scale) ? scale : 0;
        }
    }

    /// <summary>As <see cref="FeatureStatistics.SecondMoment"/>.</summary>
    public static double SecondMoment(SparseRows data, ReadOnlySpan<int> rows, AffineScale scale)
    {
        double sum = 0;
        var sight = new SparseStandardizer(scale);
        var seen = new SparseBatch();
        foreach (int row in rows)
        {
            seen.Clear();
            sight.Add(data.Columns(row), data.Values(row), seen);
            double rowSum = 0;
            foreach (float value in seen.Values)
                rowSum += (double)value * value;
            sum += rowSum;
        }
        return sum / ((double)rows.Length * data.ColumnCount);
    }
}
