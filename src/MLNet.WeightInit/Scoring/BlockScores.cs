using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>The scores of the rows that a cursor has read ahead: all at once, when the first of them is asked for.</summary>
/// <remarks>The same bits as row by row, since a network's score of a row does not depend on the rows beside it.</remarks>
internal sealed class BlockScores
{
    readonly VectorCache<float> _features;
    readonly RowScorer _single;
    readonly float[] _scores;
    readonly bool[] _isScored;
    readonly int _inputs, _outputs;
    NetworkScorer? _block;                      // made for the first dense row: sparse ones have no use for a block's buffers
    float[] _dense = [];
    int _rows;
    bool _computed;

    public BlockScores(FeedForwardNetwork network, VectorCache<float> features, int capacity)
    {
        Network = network;
        _features = features;
        _single = new RowScorer(network);
        (_inputs, _outputs) = (network.Inputs, network.Outputs);
        _scores = new float[capacity * _outputs];
        _isScored = new bool[capacity];
    }

    public FeedForwardNetwork Network { get; }

    /// <summary>The next block has so many rows.</summary>
    public void Restart(int rows)
    {
        (_rows, _computed) = (rows, false);
        _isScored.AsSpan().Clear();
    }

    /// <summary>The scores of a row of the block.</summary>
    /// <exception cref="InvalidOperationException">The row has another number of features than the network was trained with.</exception>
    public ReadOnlySpan<float> Of(int row)
    {
        if (!_computed)
            ScoreDenseRows();
        Span<float> scores = _scores.AsSpan(row * _outputs, _outputs);
        if (!_isScored[row])
        {
            // A sparse row, or one that can't be scored: its error belongs to it alone.
            _features.Check(row);
            _single.Score(in _features[row], scores);
            _isScored[row] = true;
        }
        return scores;
    }

    void ScoreDenseRows()
    {
        _computed = true;
        for (int first = 0; first < _rows; first++)
        {
            int end = first;
            while (end < _rows && IsDense(end))
            {
                if (_block is null)
                    (_block, _dense) = (new NetworkScorer(Network, _isScored.Length), new float[_isScored.Length * _inputs]);
                _features[end].GetValues().CopyTo(_dense.AsSpan(end * _inputs, _inputs));
                end++;
            }
            if (end == first)
                continue;
            int count = end - first;
            _block!.Score(_dense.AsSpan(first * _inputs, count * _inputs), count, _scores.AsSpan(first * _outputs, count * _outputs));
            _isScored.AsSpan(first, count).Fill(true);
            first = end;
        }
    }

    bool IsDense(int row) => !_features.Failed(row) && _features[row].IsDense && _features[row].Length == _inputs;
}
