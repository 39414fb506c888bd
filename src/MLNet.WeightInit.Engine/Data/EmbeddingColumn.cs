using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>A column of keys whose categories are embedded: each becomes a vector that is learnt.</summary>
/// <param name="Keys">Categories, numbered from 1; 0 stands for a missing one, and has a vector too.</param>
/// <param name="Dimensions">Length of a vector; at least 1.</param>
internal sealed record EmbeddingColumn(string Name, int Keys, int Dimensions)
{
    const int MostDefaultDimensions = 600;

    /// <summary>Vectors: that of missing keys first.</summary>
    public int Rows => Keys + 1;

    public long Count => (long)Rows * Dimensions;

    /// <summary>The row of a key's vector; 0 for what is no key of this column.</summary>
    public int RowOf(int key) => (uint)key <= (uint)Keys ? key : 0;

    /// <summary>As errors and fingerprints say it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} ({Keys} keys in {Dimensions} dimensions)");

    /// <summary>fastai's rule for tables, <c>min(600, round(1.6 n^0.56))</c> (Howard and Gugger 2020): from 2 for two categories over 21 for a hundred to 600 for 40,000.</summary>
    public static int DefaultDimensions(int keys) => (int)Math.Min(MostDefaultDimensions, Math.Round(1.6 * ScalarMath.Exp(0.56 * ScalarMath.Log(Math.Max(1, keys)))));

    public static string Describe(IReadOnlyList<EmbeddingColumn> columns) => columns.Count == 0 ? "none" : string.Join(", ", columns);
}
