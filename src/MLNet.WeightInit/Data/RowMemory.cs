using System.Globalization;

namespace MLNet.WeightInit;

/// <summary>What rows take in memory.</summary>
internal static class RowMemory
{
    /// <summary>2 GiB.</summary>
    public const long DefaultLimit = 1L << 31;

    /// <summary>Dense: features, targets, the weight, and the row's place in the order.</summary>
    public static long BytesARow(int features, int targets) => sizeof(float) * (features + targets + 2L);

    /// <summary>Of a sparse row beside its values: where they begin, targets, the weight, and the row's place in the order.</summary>
    public static long SparseRow(int targets) => sizeof(long) + BytesARow(0, targets);

    /// <summary>Of a value of a sparse row: its column and itself.</summary>
    public const int SparseValue = sizeof(int) + sizeof(float);

    /// <summary>Rows that fit; an array holds 2³¹ numbers at most.</summary>
    public static int MostRows(long limit, int features, int targets)
        => (int)Math.Min(limit / BytesARow(features, targets), Array.MaxLength / Math.Max(1, Math.Max(features, targets)));

    /// <summary>Bytes as people say them: <c>1.9 GB</c>.</summary>
    public static string Text(double bytes) => bytes switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:N1} GB"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N1} MB"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:N1} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes"),
    };
}
