namespace MLNet.WeightInit;

/// <summary>The loss or a weight stopped being finite during training.</summary>
public sealed class NonFiniteTrainingException : InvalidOperationException
{
    internal NonFiniteTrainingException(int epoch, int batch, int layer, string tensor, FeedForwardNetwork lastGoodNetwork, string message)
        : base(message)
    {
        Epoch = epoch;
        Batch = batch;
        Layer = layer;
        Tensor = tensor;
        LastGoodNetwork = lastGoodNetwork;
    }

    /// <summary>The epoch in which it happened, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The batch within the epoch, from 1.</summary>
    public int Batch { get; }

    /// <summary>The first dense layer that went bad, from 0.</summary>
    public int Layer { get; }

    /// <summary>The first tensor that went bad: <c>hidden[1].weights</c>, or <c>loss</c>.</summary>
    public string Tensor { get; }

    /// <summary>The network with the last weights that were finite: those after the last whole epoch, or as initialized.</summary>
    public FeedForwardNetwork LastGoodNetwork { get; }

    /// <summary>How the weights were initialized and what that did to the data.</summary>
    public InitializationReport Initialization { get; internal set; } = null!; // NetworkTrainer, which has it, sets it on the way out
}
