namespace MLNet.WeightInit.Engine.Data;

/// <summary>How a row becomes the first layer's inputs, beside its standardization: <c>[features | indicators of missing ones | embeddings of its categories]</c>.</summary>
/// <remarks>Part of the model. A feature that is missing (NaN) becomes its slot's training mean; an indicator is 1 where its feature was missing, else 0. Neither indicators nor embeddings are centred or scaled.</remarks>
/// <param name="Fills">One a feature, in the feature's unit; empty where missing features aren't taken.</param>
/// <param name="Indicators">Features that have one, ascending.</param>
internal sealed record InputEncoding(float[] Fills, int[] Indicators)
{
    /// <summary>The features, and nothing else.</summary>
    public static InputEncoding Plain { get; } = new([], []);

    /// <summary>Columns of keys, in the order of their embeddings.</summary>
    public IReadOnlyList<EmbeddingColumn> Columns { get; init; } = [];

    public bool IsPlain => !FillsMissing && Columns.Count == 0;

    /// <summary>Whether a row may have missing features.</summary>
    public bool FillsMissing => Fills.Length > 0;

    /// <summary>Inputs of the first layer.</summary>
    public int WidthOf(int features)
    {
        long width = (long)features + Indicators.Length;
        foreach (EmbeddingColumn column in Columns)
            width += column.Dimensions;
        return checked((int)width);
    }
}
