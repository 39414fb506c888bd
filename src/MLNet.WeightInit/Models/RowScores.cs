using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>The scores of a cursor's current row, computed once for all columns that ask for them, or of a block of rows that were read ahead. One a cursor.</summary>
internal sealed class RowScores
{
    readonly DataViewRow _row;
    readonly ReadAheadCursor? _ahead;
    readonly ValueGetter<VBuffer<float>>? _getFeatures;
    readonly RowScorer? _scorer;
    readonly float[] _scores = [];
    readonly KeyReader? _keys;
    VBuffer<float> _features;
    long _position = long.MinValue;             // before the first row a cursor stands at −1

    /// <param name="keys">The categorical columns that the network was trained with, in its order.</param>
    public RowScores(DataViewRow row, DataViewSchema.Column features, FeedForwardNetwork network, IReadOnlyList<DataViewSchema.Column> keys, Reconstruction? reconstruction = null)
    {
        _row = row;
        Count = network.Outputs;
        if (row is ReadAheadCursor ahead && ahead.Features.Index == features.Index && ahead.Scores.Network.Network == network && ahead.Scores.Network.Reconstruction == reconstruction
            && ahead.Keys.Select(key => key.Index).SequenceEqual(keys.Select(key => key.Index)))
        {
            _ahead = ahead;
            return;
        }
        _getFeatures = network.Inputs == 0 ? null : row.GetGetter<VBuffer<float>>(features);
        _scorer = new RowScorer(network, reconstruction);
        _scores = new float[_scorer.ScoreLength];
        _keys = new KeyReader(row, keys);
    }

    /// <summary>Outputs of the network.</summary>
    public int Count { get; }

    /// <summary>One an output.</summary>
    public ReadOnlySpan<float> Current() => All()[..Count];

    /// <summary>What a <see cref="Reconstruction"/> adds to them.</summary>
    public ReadOnlySpan<float> Added() => All()[Count..];

    ReadOnlySpan<float> All()
    {
        if (_ahead is not null)
            return _ahead.Scores.Of(_ahead.Row);
        if (_position != _row.Position)
        {
            _getFeatures?.Invoke(ref _features);
            _scorer!.Score(in _features, _keys!.Read(), _scores);
            _position = _row.Position;
        }
        return _scores;
    }

    /// <summary>A getter of all scores.</summary>
    public ValueGetter<VBuffer<float>> MakeGetter() => MakeGetter(0, Count);

    /// <summary>A getter of some of the scores.</summary>
    public ValueGetter<VBuffer<float>> MakeGetter(int first, int count) => (ref VBuffer<float> destination) =>
    {
        VBufferEditor<float> editor = VBufferEditor.Create(ref destination, count);
        Current().Slice(first, count).CopyTo(editor.Values);
        destination = editor.Commit();
    };

    /// <summary>A getter of the probabilities of which some of the scores are the log-odds.</summary>
    public ValueGetter<VBuffer<float>> MakeProbabilityGetter(int first, int count)
    {
        var logistic = new LogisticFunction();
        return (ref VBuffer<float> destination) =>
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref destination, count);
            logistic.Apply(Current().Slice(first, count), editor.Values);
            destination = editor.Commit();
        };
    }

    /// <summary>A getter of whether these are above a half.</summary>
    public ValueGetter<VBuffer<bool>> MakeFlagGetter(int first, int count) => (ref VBuffer<bool> destination) =>
    {
        VBufferEditor<bool> editor = VBufferEditor.Create(ref destination, count);
        ReadOnlySpan<float> logOdds = Current().Slice(first, count);
        for (int label = 0; label < count; label++)
            editor.Values[label] = logOdds[label] > 0;
        destination = editor.Commit();
    };
}
