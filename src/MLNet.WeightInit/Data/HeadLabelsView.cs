using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>Rows with one more column: all labels of several heads as numbers, NaN where one is missing. Lazy, as any of ML.NET's transforms.</summary>
internal sealed class HeadLabelsView : IDataView
{
    readonly IHost _host;
    readonly IDataView _source;
    readonly HeadLabels _labels;
    readonly int _column;

    public HeadLabelsView(IHost host, IDataView source, HeadLabels labels)
    {
        _host = host;
        _source = source;
        _labels = labels;
        _column = source.Schema.Count;
        string[] names = [.. labels.All.SelectMany(label => Names(label, source.Schema[label.Name]))];
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddSlotNames(names.Length, (ref VBuffer<ReadOnlyMemory<char>> value) => value = new(names.Length, [.. names.Select(name => name.AsMemory())]));
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(source.Schema);
        builder.AddColumn(labels.ColumnName, new VectorDataViewType(NumberDataViewType.Single, names.Length), annotations.ToAnnotations());
        Schema = builder.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => _source.CanShuffle;

    public long? GetRowCount() => _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        HashSet<int> needed = [.. columnsNeeded.Select(column => column.Index)];
        bool joins = needed.Remove(_column);
        var active = new HashSet<int>(needed);
        if (joins)
            active.UnionWith(_labels.All.Select(label => _source.Schema[label.Name].Index));
        return new Cursor(this, _source.GetRowCursor(_source.Schema.Where(column => active.Contains(column.Index)), rand), needed, joins);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    static IEnumerable<string> Names(HeadLabel label, DataViewSchema.Column column)
    {
        string[]? slots = label.IsVector ? SlotNames.Of(column) : null;
        return Enumerable.Range(0, label.Values).Select(value => label.NameOf(value, slots));
    }

    sealed class Cursor(HeadLabelsView view, DataViewRowCursor input, HashSet<int> active, bool joins) : SynchronizedCursorBase(view._host, input)
    {
        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => column.Index == view._column ? joins : active.Contains(column.Index);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Index != view._column)
                return Input.GetGetter<TValue>(view._source.Schema[column.Index]);
            return Join() as ValueGetter<TValue> ?? throw view._host.Except($"The column '{column.Name}' holds {column.Type}; it was asked for {typeof(TValue)}.");
        }

        ValueGetter<VBuffer<float>> Join()
        {
            (HeadLabel Label, TargetGetter Get)[] getters = [.. view._labels.All.Select(label => (label, TargetGetters.Create(Input, view._source.Schema[label.Name])))];
            int size = getters.Sum(getter => getter.Label.Values);
            return (ref VBuffer<float> values) =>
            {
                VBufferEditor<float> editor = VBufferEditor.Create(ref values, size);
                int first = 0;
                foreach ((HeadLabel label, TargetGetter get) in getters)
                {
                    Span<float> own = editor.Values.Slice(first, label.Values);
                    get(own);
                    // Keys arrive from 0, missing ones as NaN; a key column may hold values above its own count.
                    if (label.Task == NetworkTask.Multiclass && !(own[0] >= 0 && own[0] < label.Outputs))
                        own[0] = float.NaN;
                    first += label.Values;
                }
                values = editor.Commit();
            };
        }
    }
}
