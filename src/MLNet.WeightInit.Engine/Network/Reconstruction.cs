using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>What an autoencoder says of a row beside its reconstruction: the bottleneck's activations, and how far the reconstruction is from the row.</summary>
internal sealed class Reconstruction
{
    readonly float[] _inverseDeviations;
    readonly int _counted;

    /// <param name="network">With as many outputs as features.</param>
    public Reconstruction(FeedForwardNetwork network)
    {
        Layer = BottleneckOf([.. network.Layout.Layers.SkipLast(1).Select(layer => layer.Outputs)]);
        Units = network.Layout.Layers[Layer].Outputs;
        _inverseDeviations = InverseDeviations(network.TargetScale, network.Outputs);
        _counted = _inverseDeviations.Count(inverse => inverse != 0);
    }

    /// <summary>The hidden layer that is the bottleneck.</summary>
    public int Layer { get; }

    /// <summary>Its units.</summary>
    public int Units { get; }

    /// <summary>Values a row: the units' activations, then the error.</summary>
    public int Length => Units + 1;

    /// <summary>1 / σ of each feature, what its difference is multiplied by; 0 where the training rows had one value only, which gives no unit to measure in; 1 where nothing was standardized.</summary>
    public ReadOnlySpan<float> Scales => _inverseDeviations;

    /// <summary>Features that the error is a mean over; at least 1.</summary>
    public int Counted => Math.Max(1, _counted);

    /// <summary>The narrowest hidden layer; of several that are equally narrow the one in their middle, the earlier where two are.</summary>
    /// <param name="hiddenLayers">At least one.</param>
    public static int BottleneckOf(IReadOnlyList<int> hiddenLayers)
    {
        int narrowest = hiddenLayers.Min();
        int[] candidates = [.. Enumerable.Range(0, hiddenLayers.Count).Where(layer => hiddenLayers[layer] == narrowest)];
        return candidates[(candidates.Length - 1) / 2];
    }

    /// <summary>Mean over the features of ((reconstructed − given) / σ)²: what the squared loss is of a row. In feature order, in double.</summary>
    public float Error(ReadOnlySpan<float> features, ReadOnlySpan<float> reconstructed)
    {
        double sum = 0;
        for (int feature = 0; feature < features.Length; feature++)
        {
            double difference = ((double)reconstructed[feature] - features[feature]) * _inverseDeviations[feature];
            sum += difference * difference;
        }
        return (float)(sum / Counted);
    }

    static float[] InverseDeviations(AffineScale scale, int count)
    {
        var inverses = new float[count];
        for (int feature = 0; feature < count; feature++)
            inverses[feature] = scale.IsNone ? 1 : scale.Scales[feature] == 0 ? 0 : 1 / scale.Scales[feature];
        return inverses;
    }
}
