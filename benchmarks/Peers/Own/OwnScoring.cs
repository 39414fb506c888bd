using Kernels;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Network;

namespace Peers.Own;

/// <summary>Scores rows with this library: one row as a user does, more in blocks.</summary>
static class OwnScoring
{
    /// <summary>Rows that the scorer runs at once: enough for the kernels, few enough for the caches.</summary>
    const int Block = 128;

    /// <param name="features">[rows × inputs].</param>
    /// <param name="scores">[rows × outputs].</param>
    public static Candidate Create(FeedForwardNetwork network, float[] features, float[] scores)
    {
        int rows = features.Length / network.Inputs;
        if (rows == 1)
            return new Candidate("this library", 0, () => network.Predict(features, scores));
        var scorer = new NetworkScorer(network, Math.Min(rows, Block));
        return new Candidate("this library", 0, () => scorer.Score(features, rows, scores));
    }
}
