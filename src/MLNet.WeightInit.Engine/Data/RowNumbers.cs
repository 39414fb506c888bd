namespace MLNet.WeightInit.Engine.Data;

/// <summary>Which rows, by their numbers.</summary>
internal static class RowNumbers
{
    /// <summary>0, 1, 2 …: all rows, in their order.</summary>
    public static int[] Ascending(int count)
    {
        var rows = new int[count];
        Reset(rows);
        return rows;
    }

    /// <summary>The same in memory that there is.</summary>
    public static void Reset(Span<int> rows)
    {
        for (int row = 0; row < rows.Length; row++)
            rows[row] = row;
    }
}
