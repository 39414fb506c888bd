using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>Scores ML.NET's rows, dense or sparse, without allocating for one. It has buffers: one a cursor.</summary>
/// <param name="reconstruction">Adds its values to each row's scores; null for none.</param>
internal sealed class RowScorer(FeedForwardNetwork network, Reconstruction? reconstruction = null)
{
    readonly NetworkScorer _scorer = new(network, reconstruction: reconstruction);
    readonly float[] _score = new float[network.Outputs];
    float[]? _dense;

    public int Outputs => network.Outputs;

    /// <summary>Values of a row's scores: the outputs, then the reconstruction's.</summary>
    public int ScoreLength => _scorer.ScoreLength;

    /// <exception cref="InvalidOperationException">The row has another number of features than the network was trained with.</exception>
    public void Score(in VBuffer<float> features, Span<float> scores) => Score(in features, [], scores);

    /// <param name="keys">One for each of the network's embeddings.</param>
    /// <inheritdoc cref="Score(in VBuffer{float}, Span{float})" path="/exception"/>
    public void Score(in VBuffer<float> features, ReadOnlySpan<int> keys, Span<float> scores)
    {
        if (features.Length != network.Inputs)
            throw new InvalidOperationException(
                $"A row to score must have {network.Inputs} features, as in training, and has {features.Length}. Build its feature column with the pipeline that was fitted.");
        if (features.IsDense)
        {
            _scorer.Score(features.GetValues(), keys, 1, scores);
            return;
        }
        if (keys.IsEmpty)
        {
            _scorer.Score(features.GetIndices(), features.GetValues(), scores);
            return;
        }
        _dense ??= new float[network.Inputs];
        features.CopyTo(_dense);
        _scorer.Score(_dense, keys, 1, scores);
    }

    /// <summary>The only output of a binary or regression network.</summary>
    public float ScoreSingle(in VBuffer<float> features)
    {
        Score(in features, _score);
        return _score[0];
    }
}
