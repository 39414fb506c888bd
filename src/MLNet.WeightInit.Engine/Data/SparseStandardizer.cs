using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>Sparse rows as the network sees them: <c>(x − mean) · scale</c>, with what is 0 then left out.</summary>
/// <remarks>A feature with a mean is there in every row, since what isn't given is 0 less the mean. The arithmetic is that of dense rows, so that they have the same bits.</remarks>
internal sealed class SparseStandardizer
{
    readonly float[] _means, _scales;
    readonly int[] _centred;

    /// <param name="scale">Of the features.</param>
    /// <param name="scales">False: means are subtracted only, as in scoring, where the scales are in the weights.</param>
    public SparseStandardizer(AffineScale scale, bool scales = true)
    {
        _means = scale.Means;
        _scales = scales ? scale.Scales : [];
        _centred = [.. Enumerable.Range(0, _means.Length).Where(column => _means[column] != 0 && scale.Scales[column] != 0)];
    }

    /// <summary>Features that every row has.</summary>
    public int CentredCount => _centred.Length;

    /// <summary>Adds one row to a batch.</summary>
    /// <param name="columns">Ascending.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, SparseBatch batch)
    {
        (int[] seenColumns, float[] seenValues, int at) = batch.BeginRow(columns.Length + _centred.Length);
        int centred = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            int column = columns[i];
            for (; centred < _centred.Length && _centred[centred] <= column; centred++)
            {
                if (_centred[centred] != column)
                    at = See(_centred[centred], 0, seenColumns, seenValues, at);
            }
            at = See(column, values[i], seenColumns, seenValues, at);
        }
        for (; centred < _centred.Length; centred++)
            at = See(_centred[centred], 0, seenColumns, seenValues, at);
        batch.EndRow(at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    int See(int column, float value, int[] columns, float[] values, int at)
    {
        if (_means.Length > 0)
            value -= _means[column];
        if (_scales.Length > 0)
            value *= _scales[column];
        if (value == 0)
            return at;
        columns[at] = column;
        values[at] = value;
        return at + 1;
    }
}
