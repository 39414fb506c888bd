using System.Numerics;
using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>A sparse batch by features: which it has, ascending, and in which rows with which values. What the first layer's weight gradient reads.</summary>
/// <remarks>Counting sort over the features that occur, found by one bit a feature: no comparison, and nothing that grows with all features but a pass over those bits.</remarks>
internal sealed unsafe class BatchFeatures
{
    readonly ulong[] _marks;
    readonly int[] _places;
    int[] _features = [], _starts = new int[1], _rows = [];
    float[] _values = [];

    /// <param name="featureCount">Features of a row, those that are 0 among them.</param>
    public BatchFeatures(int featureCount)
    {
        _marks = new ulong[(featureCount + 63) / 64];
        _places = new int[featureCount];
    }

    public int Count { get; private set; }

    /// <summary>The features that the batch has, ascending.</summary>
    public ReadOnlySpan<int> Features => _features.AsSpan(0, Count);

    /// <summary>First occurrence of each feature, and after the last one the number of all.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count + 1);

    /// <summary>Rows of the batch that have the feature, ascending; <see cref="SparseBatch.Ahead"/> more may be read.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>The feature's values in these rows.</summary>
    public ReadOnlySpan<float> Values => _values;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read(SparseBatch batch)
    {
        ReadOnlySpan<int> columns = batch.Columns, starts = batch.Starts;
        ReadOnlySpan<float> values = batch.Values;
        Reserve(columns.Length);
        fixed (int* columnAt = columns, places = _places, features = _features, firsts = _starts, rowAt = _rows)
        fixed (ulong* markAt = _marks)
        fixed (float* valueAt = values, sorted = _values)
        {
            for (int i = 0; i < columns.Length; i++)
            {
                int column = columnAt[i];
                markAt[column >> 6] |= 1UL << column;
                places[column]++;
            }
            int count = 0, first = 0;
            for (int word = 0; word < _marks.Length; word++)
            {
                ulong marks = markAt[word];
                if (marks == 0)
                    continue;
                markAt[word] = 0;
                for (; marks != 0; marks &= marks - 1)
                {
                    int feature = word * 64 + BitOperations.TrailingZeroCount(marks);
                    features[count] = feature;
                    firsts[count++] = first;
                    (places[feature], first) = (first, first + places[feature]);
                }
            }
            firsts[count] = first;
            Count = count;
            for (int row = 0, i = 0; row < batch.Rows; row++)
            {
                for (; i < starts[row + 1]; i++)
                {
                    int place = places[columnAt[i]]++;
                    rowAt[place] = row;
                    sorted[place] = valueAt[i];
                }
            }
            for (int i = 0; i < count; i++)
                places[features[i]] = 0;
        }
    }

    void Reserve(int values)
    {
        if (values + SparseBatch.Ahead <= _rows.Length)
            return;
        int capacity = (int)Math.Min(Array.MaxLength, Math.Max(values + SparseBatch.Ahead, 3L * _rows.Length / 2));
        _rows = new int[capacity];
        _values = new float[capacity];
        _features = new int[Math.Min(capacity, _places.Length)];
        _starts = new int[_features.Length + 1];
    }
}
