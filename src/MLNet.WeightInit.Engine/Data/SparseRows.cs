using System.Globalization;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>Rows of which only the values that are given are kept: compressed sparse rows, one after the other, growing.</summary>
/// <remarks>8 bytes a value and 8 a row. Columns of a row ascend. A value of 0 may be among them and means what its absence means.</remarks>
internal sealed class SparseRows
{
    const int FirstCapacity = 1024;

    long[] _starts = new long[17];
    int[] _columns = [];
    float[] _values = [];

    /// <param name="columnCount">Columns of every row, those without a value among them; at least 1.</param>
    public SparseRows(int columnCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columnCount, 1);
        ColumnCount = columnCount;
    }

    /// <summary>Values that an object of this kind can hold, of all rows together.</summary>
    public static long MostValues => Array.MaxLength;

    public int ColumnCount { get; }

    public int Count { get; private set; }

    /// <summary>Values that are given, of all rows together.</summary>
    public long ValueCount => _starts[Count];

    /// <summary>Which columns of a row are given, ascending.</summary>
    public ReadOnlySpan<int> Columns(int row) => _columns.AsSpan((int)_starts[row], CountOf(row));

    /// <summary>Their values.</summary>
    public ReadOnlySpan<float> Values(int row) => _values.AsSpan((int)_starts[row], CountOf(row));

    public int CountOf(int row) => (int)(_starts[row + 1] - _starts[row]);

    /// <summary>Adds a row.</summary>
    /// <param name="columns">Ascending, each once, from 0 to <see cref="ColumnCount"/> − 1.</param>
    /// <param name="values">As many.</param>
    /// <exception cref="ArgumentException">There are more columns than values or fewer, or they don't ascend.</exception>
    public void Add(ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        if (columns.Length != values.Length)
            throw new ArgumentException($"A sparse row needs a value for each column, but {columns.Length} columns and {values.Length} values were given.", nameof(values));
        int before = -1;
        foreach (int column in columns)
        {
            if (column <= before || column >= ColumnCount)
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The columns of a sparse row must ascend from 0 to {ColumnCount - 1:N0}, but {column} came after {before}."), nameof(columns));
            before = column;
        }
        long end = Reserve(columns.Length);
        columns.CopyTo(_columns.AsSpan((int)_starts[Count]));
        values.CopyTo(_values.AsSpan((int)_starts[Count]));
        _starts[++Count] = end;
    }

    /// <summary>Adds a row all of whose values are given; those that are 0 are left out.</summary>
    /// <param name="values"><see cref="ColumnCount"/> of them.</param>
    public void AddDense(ReadOnlySpan<float> values)
    {
        if (values.Length != ColumnCount)
            throw new ArgumentException($"A row needs {ColumnCount} values, but {values.Length} were given.", nameof(values));
        int given = 0;
        foreach (float value in values)
            given += value != 0 ? 1 : 0;
        long end = Reserve(given);
        int at = (int)_starts[Count];
        for (int column = 0; column < values.Length; column++)
        {
            if (values[column] == 0)
                continue;
            _columns[at] = column;
            _values[at++] = values[column];
        }
        _starts[++Count] = end;
    }

    /// <summary>Forgets all rows and keeps the memory.</summary>
    public void Clear() => Count = 0;

    /// <summary>Writes all columns of a row, the ones that aren't given as 0.</summary>
    public void CopyTo(int row, Span<float> destination)
    {
        destination[..ColumnCount].Clear();
        ReadOnlySpan<int> columns = Columns(row);
        ReadOnlySpan<float> values = Values(row);
        for (int i = 0; i < columns.Length; i++)
            destination[columns[i]] = values[i];
    }

    /// <summary>Room for one more row; gives where it ends.</summary>
    long Reserve(int values)
    {
        long end = _starts[Count] + values;
        if (end > MostValues)
            throw new OutOfMemoryException(string.Create(CultureInfo.InvariantCulture, $"Sparse rows can hold {MostValues:N0} values in all, and {end:N0} were given."));
        if (end > _values.Length)
        {
            int capacity = (int)Math.Min(MostValues, Math.Max(end, Math.Max(FirstCapacity, _values.Length * 3L / 2)));
            Array.Resize(ref _columns, capacity);
            Array.Resize(ref _values, capacity);
        }
        if (Count + 1 == _starts.Length)
            Array.Resize(ref _starts, checked(2 * _starts.Length - 1));
        return end;
    }
}
