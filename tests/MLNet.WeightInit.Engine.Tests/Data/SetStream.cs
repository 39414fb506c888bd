using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Tests.Data;

/// <summary>A set in memory as a stream of rows.</summary>
/// <param name="choose">Gives the row of the set for a reading (the first is 0) and a place in it, or −1 for its end; may throw. Null: all rows in order.</param>
internal sealed class SetStream(TrainingSet data, Func<int, int, int>? choose = null) : RowStream
{
    int _place, _row;

    /// <summary>Readings begun.</summary>
    public int Readings { get; private set; }

    public override int FeatureCount => data.FeatureCount;
    public override int LabelColumns => ReferenceEquals(data.Targets, data.Features) ? 0 : data.TargetColumns;
    public override int KeyColumns => data.KeyColumns;
    public override bool IsWeighted => data.Weights is not null;

    public override void Restart(string reading)
    {
        Readings++;
        _place = 0;
    }

    public override bool MoveNext()
    {
        _row = choose is not null ? choose(Readings - 1, _place) : _place < data.Rows ? _place : -1;
        _place++;
        return _row >= 0;
    }

    public override ReadOnlySpan<int> ReadKeys() => data.KeysOf(_row);

    public override void CopyFeatures(Span<float> destination) => data.Row(_row).CopyTo(destination);

    public override ReadOnlySpan<float> Labels => data.Targets.AsSpan(_row * data.TargetColumns, LabelColumns);

    public override float Weight => (float)data.WeightOf(_row);

    public override void Dispose()
    {
    }
}
