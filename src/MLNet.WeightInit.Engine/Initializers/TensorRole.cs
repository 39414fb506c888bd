namespace MLNet.WeightInit;

/// <summary>Where in a network a tensor stands.</summary>
public enum TensorRole
{
    /// <summary>Weights into a hidden layer, the first one included.</summary>
    Hidden,
    /// <summary>Weights into the output layer (logits or predicted values).</summary>
    Output,
    /// <summary>A bias vector.</summary>
    Bias,
    /// <summary>The vectors of a categorical column, one row a category: what they feed is the first layer.</summary>
    Embedding,
}
