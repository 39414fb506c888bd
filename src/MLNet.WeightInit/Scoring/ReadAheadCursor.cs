using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>The rows of another cursor, read some ahead, so that a network scores a block of them at once.</summary>
/// <remarks>
/// All active columns of a row are kept until it was passed, as ML.NET's own cursors do that hand rows from thread to thread. Blocks begin with a few rows, for who looks only at the first.
/// An exception of the source comes at the row, and from the getter, at which it would come without reading ahead.
/// </remarks>
internal sealed class ReadAheadCursor : RootCursorBase
{
    const int FirstBlock = 8;

    readonly DataViewRowCursor _source;
    readonly ColumnCache?[] _columns;
    readonly ColumnCache[] _active;
    readonly ScalarCache<DataViewRowId> _ids;
    readonly long[] _batches;
    int _blockRows, _rows, _row;
    bool _ended, _disposed;
    ExceptionDispatchInfo? _moveFailure;

    /// <param name="source">Owned by this cursor from now on.</param>
    /// <param name="features">Column that is scored, or the first of the keys where there are no features; active.</param>
    /// <param name="keys">Categorical columns that are scored, in the network's order; active.</param>
    /// <param name="capacity">Rows of a block at most.</param>
    public ReadAheadCursor(IChannelProvider provider, DataViewRowCursor source, DataViewSchema.Column features, DataViewSchema.Column[] keys, BlockNetwork network, int capacity)
        : base(provider)
    {
        _source = source;
        _columns = [.. source.Schema.Select(column => source.IsColumnActive(column) ? ColumnCache.Of(source, column, capacity) : null)];
        _ids = new ScalarCache<DataViewRowId>(source.GetIdGetter(), capacity);
        _active = [.. _columns.OfType<ColumnCache>(), _ids];
        _batches = new long[capacity];
        _blockRows = Math.Min(FirstBlock, capacity);
        Features = features;
        Keys = keys;
        Scores = new BlockScores(network, network.Network.Inputs == 0 ? null : (VectorCache<float>)_columns[features.Index]!, [.. keys.Select(key => (ScalarCache<uint>)_columns[key.Index]!)], capacity);
    }

    public DataViewSchema.Column Features { get; }

    public IReadOnlyList<DataViewSchema.Column> Keys { get; }

    /// <summary>The scores of the block; ask for <see cref="Row"/>.</summary>
    public BlockScores Scores { get; }

    public override DataViewSchema Schema => _source.Schema;

    public override long Batch => IsGood ? _batches[_row] : -1;

    /// <summary>Where in its block the current row is.</summary>
    /// <exception cref="InvalidOperationException">There is no current row.</exception>
    public int Row
    {
        get
        {
            Ch.Check(IsGood, RowCursorUtils.FetchValueStateError);
            return _row;
        }
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _source.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Ch.CheckParam(column.Index < _columns.Length && _columns[column.Index] is not null, nameof(column), "requested column not active");
        return _columns[column.Index]!.GetterAt(() => Row) as ValueGetter<TValue>
            ?? throw Ch.Except($"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{column.Type.RawType}'.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ValueGetter<DataViewRowId>)_ids.GetterAt(() => Row);

    protected override bool MoveNextCore() => ++_row < _rows || ReadBlock();

    bool ReadBlock()
    {
        (_rows, _row) = (0, 0);
        if (_moveFailure is { } failure)
        {
            _moveFailure = null;
            failure.Throw();
        }
        foreach (ColumnCache column in _active)
            column.Restart();
        while (!_ended && _rows < _blockRows && MoveSource())
        {
            _batches[_rows] = _source.Batch;
            bool whole = true;
            foreach (ColumnCache column in _active)
                whole &= column.Read(_rows);
            _rows++;
            if (!whole)
                break;                          // one failure a column is all that is kept
        }
        _blockRows = Math.Min(2 * _blockRows, _batches.Length);
        Scores.Restart(_rows);
        return _rows > 0;
    }

    /// <summary>Moves to a row of the source. Where that throws, rows that were read before come first.</summary>
    bool MoveSource()
    {
        try
        {
            _ended = !_source.MoveNext();
            return !_ended;
        }
        catch (Exception exception) when (_rows > 0)
        {
            _moveFailure = ExceptionDispatchInfo.Capture(exception);
            return false;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        if (disposing)
            _source.Dispose();
        base.Dispose(disposing);
    }
}
