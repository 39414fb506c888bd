namespace MLNet.WeightInit;

/// <summary>The loss or a weight stopped being finite during training.</summary>
public sealed class NonFiniteTrainingException : InvalidOperationException
{
    internal NonFiniteTrainingException(int epoch, int batch, int layer, string tensor, string message) : base(message)
    {
        Epoch = epoch;
        Batch = batch;
        Layer = layer;
        Tensor = tensor;
    }

    /// <summary>From 1.</summary>
    public int Epoch { get; }

    /// <summary>Within the epoch, from 1.</summary>
    public int Batch { get; }

    /// <summary>The first dense layer that went bad, from 0.</summary>
    public int Layer { get; }

    /// <summary>The first tensor that went bad: <c>hidden[1].weights</c>, or <c>loss</c>.</summary>
    public string Tensor { get; }

    /// <summary>The network with the last weights that were finite.</summary>
    public FeedForwardNetwork? LastGoodNetwork { get; internal init; }

    /// <summary>How the weights were initialized and what that did.</summary>
    public InitializationReport? Initialization { get; internal set; }
}
