using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>Data with a network's columns, scored in blocks of rows. All but its cursors is the scored view that ML.NET makes.</summary>
internal sealed class BlockScoredView : IDataScorerTransform, IRowToRowMapper, ITransformCanSaveOnnx
{
    /// <summary>Weights from which a row's score, at a few 10¹⁰ multiply-adds a second, costs more than the 0.5 µs at which ML.NET hands a row from thread to thread.</summary>
    const int ParallelWeights = 1 << 15;

    readonly BlockNetwork _network;
    readonly Func<IHostEnvironment, IDataView, IDataView> _score;
    readonly IDataView _scored;

    /// <param name="score">ML.NET's scored view of data: over rows that are read ahead, it scores in blocks.</param>
    public BlockScoredView(IHostEnvironment environment, IDataView source, BlockNetwork network, Func<IHostEnvironment, IDataView, IDataView> score)
    {
        Source = source;
        _network = network;
        _score = score;
        _scored = score(environment, new ReadAheadView(environment.Register("ReadAhead"), source, network));
    }

    public IDataView Source { get; }

    public DataViewSchema Schema => _scored.Schema;

    public bool CanShuffle => _scored.CanShuffle;

    DataViewSchema IRowToRowMapper.InputSchema => Mapper.InputSchema;

    DataViewSchema IRowToRowMapper.OutputSchema => Mapper.OutputSchema;

    IRowToRowMapper Mapper => (IRowToRowMapper)_scored;

    public long? GetRowCount() => _scored.GetRowCount();

    /// <summary>One cursor on the thread that asks, unless the network is so large that several threads gain more than they cost.</summary>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        bool scores = columns.Any(column => column.Index >= Source.Schema.Count);
        return scores && IsSmall && DataViewUtils.AllCacheable(columns)
            ? _scored.GetRowCursorSet(columns, 1, CanShuffle ? rand : null)[0]
            : _scored.GetRowCursor(columns, rand);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => _scored.GetRowCursorSet(columnsNeeded, n, CanShuffle ? rand : null);

    bool IsSmall => _network.Network.DenseLayers.Sum(layer => (long)layer.Inputs * layer.Outputs) < ParallelWeights;

    IDataTransform ITransformTemplate.ApplyToData(IHostEnvironment env, IDataView newSource) => new BlockScoredView(env, newSource, _network, _score);

    IEnumerable<DataViewSchema.Column> IRowToRowMapper.GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => Mapper.GetDependencies(dependingColumns);

    DataViewRow IRowToRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => Mapper.GetRow(input, activeColumns);

    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)_scored).Save(ctx);

    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => ((ITransformCanSaveOnnx)_scored).CanSaveOnnx(ctx);

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => ((ITransformCanSaveOnnx)_scored).SaveAsOnnx(ctx);
}
