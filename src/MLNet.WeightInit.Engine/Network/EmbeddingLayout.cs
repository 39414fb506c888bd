using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>One table of embeddings: row-major [keys + 1 × dimensions], the row of missing keys first, padded at its end only.</summary>
/// <param name="FirstInput">Column of the first layer's inputs that its vectors begin at.</param>
/// <param name="Offset">First float in the parameter array.</param>
internal sealed record EmbeddingLayout(EmbeddingColumn Column, int FirstInput, long Offset)
{
    /// <summary><c>embedding[Color]</c>.</summary>
    public string Name => $"embedding[{Column.Name}]";

    public long Length => (Column.Count + Panels.Padding - 1) / Panels.Padding * Panels.Padding;

    /// <summary>The tables of an encoding, one behind the other.</summary>
    /// <param name="features">Features of a row.</param>
    /// <param name="offset">Where the first begins; moved behind the last.</param>
    public static EmbeddingLayout[] Place(InputEncoding encoding, int features, ref long offset)
    {
        var layouts = new EmbeddingLayout[encoding.Columns.Count];
        int input = features + encoding.Indicators.Length;
        for (int i = 0; i < layouts.Length; i++)
        {
            layouts[i] = new EmbeddingLayout(encoding.Columns[i], input, offset);
            input += encoding.Columns[i].Dimensions;
            offset += layouts[i].Length;
        }
        return layouts;
    }
}
