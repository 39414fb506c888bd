using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>Data whose cursors read rows ahead wherever a network's features are asked for.</summary>
internal sealed class ReadAheadView : IDataView
{
    /// <summary>Enough rows that the weights, which a block reads once, cost little beside the products; more change nothing.</summary>
    const int BlockRows = 64;

    /// <summary>Features of a block at most: 1 MB of them. Wider rows come in smaller blocks.</summary>
    const int BlockFeatures = 1 << 18;

    /// <summary>Fewer rows aren't worth it.</summary>
    const int FewestRows = 4;

    readonly IHost _host;
    readonly BlockNetwork _network;
    readonly int _capacity;

    public ReadAheadView(IHost host, IDataView source, BlockNetwork network)
    {
        _host = host;
        Source = source;
        _network = network;
        _capacity = Math.Min(BlockRows, BlockFeatures / network.Inputs);
    }

    public IDataView Source { get; }

    public DataViewSchema Schema => Source.Schema;

    public bool CanShuffle => Source.CanShuffle;

    public long? GetRowCount() => Source.GetRowCount();

    /// <summary>The source's own cursor, which reads and transforms on as many threads as it likes.</summary>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        DataViewRowCursor cursor = Source.GetRowCursor(columns, rand);
        return Scored(columns) is { } scored ? Ahead(cursor, scored) : cursor;
    }

    /// <summary>Several cursors, each with blocks of its own, so that they are scored side by side.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        if (n == 1)
            return [GetRowCursor(columns, rand)];
        DataViewRowCursor[] cursors = Source.GetRowCursorSet(columns, n, rand);
        if (Scored(columns) is not { } scored)
            return cursors;
        // Where the source has one cursor only, ML.NET's scorer splits what it gets: split before, or the blocks would be scored on the one thread before the split.
        if (cursors.Length == 1 && (Source.GetRowCount() ?? long.MaxValue) > n)
            cursors = DataViewUtils.CreateSplitCursors(_host, cursors[0], n);
        return [.. cursors.Select(cursor => Ahead(cursor, scored))];
    }

    /// <summary>The columns that the network reads, where they are among these and reading ahead is possible and pays.</summary>
    (DataViewSchema.Column Features, DataViewSchema.Column[] Keys)? Scored(DataViewSchema.Column[] columns)
    {
        if (_capacity < FewestRows || !DataViewUtils.AllCacheable(columns) || Schema.GetColumnOrNull(_network.FeatureColumnName) is not { } features || !IsActive(features))
            return null;
        DataViewSchema.Column[] keys = KeyColumns.Find(_host, Schema, _network.Network);
        return Array.TrueForAll(keys, IsActive) ? (features, keys) : null;

        bool IsActive(DataViewSchema.Column wanted) => columns.Any(column => column.Index == wanted.Index);
    }

    ReadAheadCursor Ahead(DataViewRowCursor cursor, (DataViewSchema.Column Features, DataViewSchema.Column[] Keys) scored)
    {
        try
        {
            // A short table needs no buffers for a long one.
            int rows = (int)Math.Clamp(Source.GetRowCount() ?? _capacity, 1, _capacity);
            return new ReadAheadCursor(_host, cursor, scored.Features, scored.Keys, _network, rows);
        }
        catch
        {
            cursor.Dispose();
            throw;
        }
    }
}
