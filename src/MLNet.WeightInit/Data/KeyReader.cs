using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>Reads the keys of a cursor's current row, one a column.</summary>
internal sealed class KeyReader(DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns)
{
    readonly ValueGetter<uint>[] _getters = [.. columns.Select(column => row.GetGetter<uint>(column))];
    readonly int[] _keys = new int[columns.Count];

    /// <summary>As the network takes it.</summary>
    public static int KeyOf(uint key) => key <= int.MaxValue ? (int)key : 0;

    /// <summary>Until the next call; 0 for a missing key. What is above a column's count is left for the network, which counts it as missing.</summary>
    public ReadOnlySpan<int> Read()
    {
        for (int i = 0; i < _getters.Length; i++)
        {
            uint key = 0;
            _getters[i](ref key);
            _keys[i] = KeyOf(key);
        }
        return _keys;
    }
}
