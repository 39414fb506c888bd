using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace Peers.Own;

/// <summary>A ReLU network with normal weights, zero biases and no standardization.</summary>
static class OwnNetwork
{
    /// <param name="deviation">Of the weights; null: He's √(2 / inputs).</param>
    public static FeedForwardNetwork Create(int inputs, int[] hidden, int outputs, NetworkTask task, float? deviation = null, Normalization normalization = Normalization.None, int branchDepth = 0, bool isByInput = false)
    {
        var network = new FeedForwardNetwork(new NetworkLayout(inputs, hidden, "ReLU", outputs, normalization, branchDepth, isByInput: isByInput), task, AffineScale.None, AffineScale.None);
        foreach (DenseLayer layer in network.DenseLayers)
        {
            var weights = new float[layer.Inputs * layer.Outputs];
            new RandomSource(1, layer.Name).FillNormal(weights, deviation ?? MathF.Sqrt(2f / layer.Inputs));
            layer.SetWeights(weights);
        }
        return network;
    }
}
