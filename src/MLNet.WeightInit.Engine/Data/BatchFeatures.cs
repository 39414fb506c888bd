using System.Numerics;
using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>A sparse batch by features: which it has, ascending, and in which rows with which values. What the first layer's weight gradient reads.</summary>
/// <remarks>Counting sort over the features that occur, found by one bit a feature: no comparison, and nothing that grows with all features but a pass over those bits. Counters are by a feature's rank among those that occur (the bits before its own,
/// counted), not by the feature itself: they stay in the first-level cache.</remarks>
internal sealed unsafe class BatchFeatures
{
    /// <summary>Features that are written without a look at how many a word has.</summary>
    const int Together = 4;

    readonly ulong[] _marks;

    /// <summary>Of each word of marks, how many there are before it.</summary>
    readonly int[] _marksBefore;
    readonly int _featureCount;
    int[] _features = [], _starts = new int[1], _rows = [], _places = [], _ranks = [];
    float[] _values = [];

    /// <param name="featureCount">Features of a row, those that are 0 among them.</param>
    public BatchFeatures(int featureCount)
    {
        _marks = new ulong[(featureCount + 63) / 64];
        _marksBefore = new int[_marks.Length];
        _featureCount = featureCount;
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
        fixed (int* columnAt = columns, marksBefore = _marksBefore, features = _features, firsts = _starts, places = _places, ranks = _ranks, rowAt = _rows)
        fixed (ulong* markAt = _marks)
        fixed (float* valueAt = values, sorted = _values)
        {
            for (int i = 0; i < columns.Length; i++)
                markAt[columnAt[i] >> 6] |= 1UL << columnAt[i];
            int count = 0;
            for (int word = 0; word < _marks.Length; word++)
            {
                ulong marks = markAt[word];
                int next = marksBefore[word] = count, firstOfWord = word * 64;
                count += BitOperations.PopCount(marks);
                do
                {
                    // Most words have none to four: writing past the count is cheaper than guessing which.
                    for (int i = 0; i < Together; i++, marks &= marks - 1)
                        features[next++] = firstOfWord + BitOperations.TrailingZeroCount(marks);
                }
                while (marks != 0);
            }
            Count = count;
            new Span<int>(places, count).Clear();
            for (int i = 0; i < columns.Length; i++)
            {
                int column = columnAt[i], word = column >> 6;
                int rank = ranks[i] = marksBefore[word] + BitOperations.PopCount(markAt[word] & ((1UL << column) - 1));
                places[rank]++;
            }
            int first = 0;
            for (int rank = 0; rank < count; rank++)
            {
                firsts[rank] = first;
                (places[rank], first) = (first, first + places[rank]);
            }
            firsts[count] = first;
            for (int row = 0, i = 0; row < batch.Rows; row++)
            {
                for (; i < starts[row + 1]; i++)
                {
                    int place = places[ranks[i]]++;
                    rowAt[place] = row;
                    sorted[place] = valueAt[i];
                }
            }
            new Span<ulong>(markAt, _marks.Length).Clear();
        }
    }

    void Reserve(int values)
    {
        if (values + SparseBatch.Ahead <= _rows.Length)
            return;
        int capacity = (int)Math.Min(Array.MaxLength, Math.Max(values + SparseBatch.Ahead, 3L * _rows.Length / 2));
        _rows = new int[capacity];
        _values = new float[capacity];
        _ranks = new int[capacity];
        _features = new int[Math.Min(capacity, _featureCount) + Together];
        _places = new int[_features.Length];
        _starts = new int[_features.Length + 1];
    }
}
