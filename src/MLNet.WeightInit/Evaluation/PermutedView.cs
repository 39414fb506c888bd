using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>Data in which each row has another row's value of one column. That column is held in memory, once for all permutations; the others are read as they are, row by row, in one order.</summary>
internal sealed class PermutedView : IDataView
{
    readonly IHost _host;
    readonly IDataView _source;
    readonly DataViewSchema.Column _column;
    readonly ColumnCache _values;
    readonly int[] _order;

    /// <param name="column">Of a type that can be copied.</param>
    /// <param name="rows">As many as the data has.</param>
    public PermutedView(IHost host, IDataView source, DataViewSchema.Column column, int rows)
    {
        _host = host;
        _source = source;
        _column = column;
        _order = [.. Enumerable.Range(0, rows)];
        using DataViewRowCursor cursor = source.GetRowCursor([column]);
        _values = ColumnCache.Of(cursor, column, rows);
        for (int row = 0; row < rows && cursor.MoveNext(); row++)
        {
            _values.Read(row);
            _values.Check(row);
        }
    }

    public DataViewSchema Schema => _source.Schema;

    public bool CanShuffle => false;

    public long? GetRowCount() => _order.Length;

    /// <summary>Another order of the values.</summary>
    public void Permute(RandomSource random) => random.Shuffle(_order);

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        return new Cursor(this, _source.GetRowCursor(columns.Where(column => column.Index != _column.Index)), columns.Any(column => column.Index == _column.Index));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    sealed class Cursor(PermutedView view, DataViewRowCursor input, bool isActive) : SynchronizedCursorBase(view._host, input)
    {
        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => column.Index == view._column.Index ? isActive : Input.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Index != view._column.Index)
                return Input.GetGetter<TValue>(column);
            return view._values.GetterAt(() => view._order[Position]) as ValueGetter<TValue>
                ?? throw view._host.Except($"The column '{column.Name}' holds {column.Type}; it was asked for {typeof(TValue)}.");
        }
    }
}
