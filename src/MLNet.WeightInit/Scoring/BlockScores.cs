using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>The scores of the rows that a cursor has read ahead: all at once, when the first of them is asked for.</summary>
/// <remarks>The same bits as row by row, since a network's score of a row does not depend on the rows beside it.</remarks>
internal sealed class BlockScores
{
    static readonly VBuffer<float> s_none = new(0, []);

    readonly VectorCache<float>? _features;
    readonly ScalarCache<uint>[] _keyColumns;
    readonly RowScorer _single;
    readonly float[] _scores;
    readonly bool[] _isScored;
    readonly int[] _keys;
    readonly int _inputs, _length;
    NetworkScorer? _block;                      // made for the first dense row: sparse ones have no use for a block's buffers
    float[] _dense = [];
    int _rows;
    bool _computed;

    /// <param name="features">Null for a network that reads categorical columns only.</param>
    /// <param name="keys">The categorical columns, in the network's order.</param>
    /// <param name="capacity">Rows of a block at most.</param>
    public BlockScores(BlockNetwork network, VectorCache<float>? features, ScalarCache<uint>[] keys, int capacity)
    {
        Network = network;
        _features = features;
        _keyColumns = keys;
        _single = new RowScorer(network.Network, network.Reconstruction);
        (_inputs, _length) = (network.Network.Inputs, _single.ScoreLength);
        _scores = new float[capacity * _length];
        _keys = new int[capacity * keys.Length];
        _isScored = new bool[capacity];
    }

    public BlockNetwork Network { get; }

    /// <summary>The next block has so many rows.</summary>
    public void Restart(int rows)
    {
        (_rows, _computed) = (rows, false);
        _isScored.AsSpan().Clear();
    }

    /// <summary>The scores of a row of the block, with what a reconstruction adds.</summary>
    /// <exception cref="InvalidOperationException">The row has another number of features than the network was trained with.</exception>
    public ReadOnlySpan<float> Of(int row)
    {
        if (!_computed)
            ScoreDenseRows();
        Span<float> scores = _scores.AsSpan(row * _length, _length);
        if (!_isScored[row])
        {
            // A sparse row, or one that can't be scored: its error belongs to it alone.
            _features?.Check(row);
            foreach (ScalarCache<uint> column in _keyColumns)
                column.Check(row);
            ref readonly VBuffer<float> features = ref _features is null ? ref s_none : ref _features[row];
            _single.Score(in features, KeysOf(row, 1), scores);
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
                    (_block, _dense) = (new NetworkScorer(Network.Network, _isScored.Length, reconstruction: Network.Reconstruction), new float[_isScored.Length * _inputs]);
                if (_features is not null)
                    _features[end].GetValues().CopyTo(_dense.AsSpan(end * _inputs, _inputs));
                end++;
            }
            if (end == first)
                continue;
            int count = end - first;
            _block!.Score(_dense.AsSpan(first * _inputs, count * _inputs), KeysOf(first, count), count, _scores.AsSpan(first * _length, count * _length));
            _isScored.AsSpan(first, count).Fill(true);
            first = end;
        }
    }

    bool IsDense(int row)
    {
        foreach (ScalarCache<uint> column in _keyColumns)
            if (column.Failed(row))
                return false;
        return _features is null || !_features.Failed(row) && _features[row].IsDense && _features[row].Length == _inputs;
    }

    ReadOnlySpan<int> KeysOf(int first, int rows)
    {
        int columns = _keyColumns.Length;
        for (int row = first; row < first + rows; row++)
            for (int column = 0; column < columns; column++)
                _keys[row * columns + column] = KeyReader.KeyOf(_keyColumns[column][row]);
        return _keys.AsSpan(first * columns, rows * columns);
    }
}
