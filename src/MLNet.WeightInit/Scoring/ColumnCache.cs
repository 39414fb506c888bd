using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;

namespace MLNet.WeightInit;

/// <summary>One column of the rows that were read ahead. What its source threw at a row is thrown there, and not before.</summary>
internal abstract class ColumnCache
{
    ExceptionDispatchInfo? _failure;
    int _failedRow;

    /// <summary>A cache for the values of a column that is active.</summary>
    /// <param name="rows">Rows that it holds at most.</param>
    public static ColumnCache Of(DataViewRow source, DataViewSchema.Column column, int rows) => column.Type is VectorDataViewType vector
        ? Utils.MarshalInvoke(Vectors<int>, vector.ItemType.RawType, source, column, rows)
        : Utils.MarshalInvoke(Scalars<int>, column.Type.RawType, source, column, rows);

    static ColumnCache Vectors<TItem>(DataViewRow source, DataViewSchema.Column column, int rows) => new VectorCache<TItem>(source.GetGetter<VBuffer<TItem>>(column), rows);

    static ColumnCache Scalars<T>(DataViewRow source, DataViewSchema.Column column, int rows) => new ScalarCache<T>(source.GetGetter<T>(column), rows);

    /// <summary>Reads the source's current row.</summary>
    /// <returns>False where that failed: <see cref="Check"/> throws for this row.</returns>
    public bool Read(int row)
    {
        try
        {
            ReadCore(row);
            return true;
        }
        catch (Exception exception)
        {
            (_failure, _failedRow) = (ExceptionDispatchInfo.Capture(exception), row);
            return false;
        }
    }

    /// <summary>Forgets a failure; the rows are read anew.</summary>
    public void Restart() => _failure = null;

    public bool Failed(int row) => _failure is not null && _failedRow == row;

    /// <summary>Throws what reading this row threw.</summary>
    public void Check(int row)
    {
        if (Failed(row))
            _failure!.Throw();
    }

    /// <summary>A <see cref="ValueGetter{TValue}"/> of the row at which the reader stands.</summary>
    public abstract Delegate GetterAt(Func<int> row);

    protected abstract void ReadCore(int row);
}

/// <summary>Values of a type whose copy is its own: numbers, keys, Booleans, times, text.</summary>
internal sealed class ScalarCache<T>(ValueGetter<T> source, int rows) : ColumnCache
{
    readonly T[] _values = new T[rows];

    public T this[int row] => _values[row];

    public override Delegate GetterAt(Func<int> row) => (ValueGetter<T>)((ref T destination) =>
    {
        int current = row();
        Check(current);
        destination = _values[current];
    });

    protected override void ReadCore(int row) => source(ref _values[row]);
}

/// <summary>Vectors, dense or sparse as they came. Their memory is used again for the next rows.</summary>
internal sealed class VectorCache<TItem>(ValueGetter<VBuffer<TItem>> source, int rows) : ColumnCache
{
    readonly VBuffer<TItem>[] _values = new VBuffer<TItem>[rows];

    public ref readonly VBuffer<TItem> this[int row] => ref _values[row];

    public override Delegate GetterAt(Func<int> row) => (ValueGetter<VBuffer<TItem>>)((ref VBuffer<TItem> destination) =>
    {
        int current = row();
        Check(current);
        _values[current].CopyTo(ref destination);
    });

    protected override void ReadCore(int row) => source(ref _values[row]);
}
