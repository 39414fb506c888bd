using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Finds where numbers stopped being finite.</summary>
internal static class NonFiniteSearch
{
    /// <summary>The first bad tensor from the input on: a weight or bias where one is bad, else the first layer whose sums overflowed, else the loss.</summary>
    public static (int Layer, string Tensor) FirstBad(FeedForwardNetwork network, NetworkPass pass)
    {
        IReadOnlyList<LayerLayout> layers = network.Layout.Layers;
        foreach (EmbeddingLayout embedding in network.Layout.Embeddings)
        {
            if (!RowChecks.AllFinite(network.Vectors(embedding)))
                return (0, $"{embedding.Name}.weights");
        }
        for (int i = 0; i < layers.Count; i++)
        {
            if (!RowChecks.AllFinite(network.Weights(layers[i])))
                return (i, $"{layers[i].Name}.weights");
            if (!RowChecks.AllFinite(network.Biases(layers[i])))
                return (i, $"{layers[i].Name}.bias");
            if (layers[i].IsNormalized && !(RowChecks.AllFinite(network.Scales(layers[i])) && RowChecks.AllFinite(network.Shifts(layers[i]))))
                return (i, $"{layers[i].Name}.normalization");
            if (layers[i].Normalization == Normalization.Batch && !(RowChecks.AllFinite(network.RunningMeans(layers[i])) && RowChecks.AllFinite(network.RunningVariances(layers[i]))))
                return (i, $"{layers[i].Name}.running statistics");
        }
        for (int i = 0; i < layers.Count; i++)
        {
            if (!RowChecks.AllFinite(pass.Layers[i].Output.Span))
                return (i, $"{layers[i].Name}.activations");
        }
        return (layers.Count - 1, "loss");
    }
}
