namespace MLNet.WeightInit.Engine.Data;

/// <summary>Sparse rows of one batch as the network sees them, and which features they have: what the first layer's products read.</summary>
/// <remarks>Memory grows with the largest batch so far and is kept, so that a step allocates only where it has more values than any before it.</remarks>
internal sealed class SparseBatch
{
    /// <summary>Kernels look this many columns ahead, and may read them behind the last.</summary>
    public const int Ahead = 16;

    int[] _starts = new int[2];
    int[] _columns = new int[Ahead];
    float[] _values = new float[Ahead];

    public int Rows { get; private set; }

    /// <summary>Values of all rows together.</summary>
    public int Count => _starts[Rows];

    /// <summary>First value of each row, and after the last row the number of values.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Rows + 1);

    /// <summary>Ascending within a row; <see cref="Ahead"/> more may be read.</summary>
    public ReadOnlySpan<int> Columns => _columns.AsSpan(0, Count);

    public ReadOnlySpan<float> Values => _values.AsSpan(0, Count);

    public void Clear() => Rows = 0;

    /// <summary>Room for the next row: columns and values, of which <see cref="EndRow"/> takes the first.</summary>
    public (int[] Columns, float[] Values, int First) BeginRow(int most)
    {
        int needed = checked(Count + most + Ahead);
        if (needed > _columns.Length)
        {
            int capacity = (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _columns.Length));
            Array.Resize(ref _columns, capacity);
            Array.Resize(ref _values, capacity);
        }
        return (_columns, _values, Count);
    }

    /// <param name="end">Where the row's values end in the arrays of <see cref="BeginRow"/>.</param>
    public void EndRow(int end)
    {
        if (Rows + 2 > _starts.Length)
            Array.Resize(ref _starts, 2 * _starts.Length);
        _starts[++Rows] = end;
    }

    /// <summary>Writes a row with all its zeros.</summary>
    public void CopyTo(int row, Span<float> destination)
    {
        destination.Clear();
        for (int i = _starts[row]; i < _starts[row + 1]; i++)
            destination[_columns[i]] = _values[i];
    }
}
