using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>The vectors that a network has learnt for the categories of one key column: where two are close, the network takes the categories for alike.</summary>
/// <remarks>Guo and Berkhahn 2016, "Entity Embeddings of Categorical Variables".</remarks>
public sealed class Embedding
{
    readonly FeedForwardNetwork _network;
    readonly EmbeddingLayout _layout;

    internal Embedding(FeedForwardNetwork network, EmbeddingLayout layout)
    {
        _network = network;
        _layout = layout;
    }

    /// <summary>The key column's name.</summary>
    public string Column => _layout.Column.Name;

    /// <summary>Categories: keys run from 1 to this, and 0 stands for a missing one.</summary>
    public int KeyCount => _layout.Column.Keys;

    /// <summary>Length of a vector.</summary>
    public int Dimensions => _layout.Column.Dimensions;

    /// <summary>A copy of all vectors as trained: row-major [(<see cref="KeyCount"/> + 1) × <see cref="Dimensions"/>]. Row 0 is that of missing keys, row k that of key k.</summary>
    /// <remarks>Rows of categories that no training row had are 0, unless an initializer's calibration or a model to go on from gave them something else.</remarks>
    public float[] GetVectors() => Values.ToArray();

    /// <summary>A copy of one category's vector.</summary>
    /// <param name="key">From 1 to <see cref="KeyCount"/>, as in the column; 0 for the missing ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such key.</exception>
    public float[] GetVector(int key)
    {
        if (key < 0 || key > KeyCount)
            throw new ArgumentOutOfRangeException(nameof(key), key, $"A key of column '{Column}' is from 1 to {KeyCount}, or 0 where it is missing.");
        return Values.Slice(key * Dimensions, Dimensions).ToArray();
    }

    internal void SetVectors(ReadOnlySpan<float> vectors)
    {
        if (vectors.Length != _layout.Column.Count)
            throw new ArgumentException($"The embedding of '{Column}' has {KeyCount + 1} × {Dimensions} = {_layout.Column.Count} values, but {vectors.Length} were given.", nameof(vectors));
        vectors.CopyTo(Values);
        _network.ParametersChanged();
    }

    Span<float> Values => _network.Vectors(_layout)[..(int)_layout.Column.Count];
}
