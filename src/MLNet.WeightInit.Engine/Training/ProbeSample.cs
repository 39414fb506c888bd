using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Which rows a report looks at, and a name for them.</summary>
internal static class ProbeSample
{
    /// <summary>Draws up to <paramref name="count"/> of the rows from a stream of its own. Of classes each gives its share, rounded up or down: a loss over few rows would otherwise say how many of a rare class happened to be among them.</summary>
    /// <param name="classColumn">Target column with the classes; null: rows are drawn without regard to any.</param>
    /// <returns>Ascending.</returns>
    public static int[] Choose(TrainingSet data, ReadOnlySpan<int> rows, int? classColumn, long seed, int count)
    {
        int[] order = rows.ToArray();
        new RandomSource(seed, "probe/rows").Shuffle(order);
        int[] chosen = classColumn is { } column && count < order.Length ? [.. Systematic(ByClass(data, order, column), count)] : order[..Math.Min(count, order.Length)];
        Array.Sort(chosen);
        return chosen;
    }

    /// <summary>SHA-256, in lower-case hex, of the rows as the data has them, dense or sparse: of each the columns whose features aren't 0, these features, its keys, targets and weight, as little-endian numbers of 32 bits.</summary>
    public static string Hash(TrainingSet data, ReadOnlySpan<int> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        List<int> columns = [];
        List<float> values = [];
        foreach (int row in rows)
        {
            ReadOnlySpan<float> features = data.IsSparse ? data.Sparse.Values(row) : data.Row(row);
            columns.Clear();
            values.Clear();
            for (int i = 0; i < features.Length; i++)
                if (features[i] != 0)
                {
                    columns.Add(data.IsSparse ? data.Sparse.Columns(row)[i] : i);
                    values.Add(features[i]);
                }
            Add<int>(hash, CollectionsMarshal.AsSpan(columns));
            Add<float>(hash, CollectionsMarshal.AsSpan(values));
            Add(hash, data.KeysOf(row));
            Add<float>(hash, data.Targets.AsSpan((int)((long)row * data.TargetColumns), data.TargetColumns));
            Add<float>(hash, [(float)data.WeightOf(row)]);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Every n / <paramref name="count"/>-th of n rows: of any stretch of them its share, rounded up or down.</summary>
    static IEnumerable<int> Systematic(int[] order, int count)
        => Enumerable.Range(0, count).Select(i => order[(int)(((2L * i) + 1) * order.Length / (2L * count))]);

    /// <summary>Classes one after another, the rows of each in the order that they had.</summary>
    static int[] ByClass(TrainingSet data, int[] order, int column)
    {
        var keys = new long[order.Length];
        for (int place = 0; place < keys.Length; place++)
            keys[place] = ((long)ValidationSplit.ClassOf(data, order[place], column) << 32) + place;
        Array.Sort(keys, order);
        return order;
    }

    static void Add<T>(IncrementalHash hash, ReadOnlySpan<T> values)
        where T : unmanaged
        => hash.AppendData(MemoryMarshal.AsBytes(values));
}
