using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit;

/// <summary>A fully connected layer: <c>h = φ(W x + b)</c>.</summary>
public sealed class DenseLayer
{
    /// <summary><c>hidden[0]</c>, <c>output</c>.</summary>
    public string Name => throw new NotImplementedException();
    public int Inputs => throw new NotImplementedException();
    public int Outputs => throw new NotImplementedException();

    /// <summary>With arguments: <c>LeakyReLU(slope=0.2)</c>; <c>Identity</c> for the output.</summary>
    public string Activation => throw new NotImplementedException();
    public float[] GetWeights() => throw new NotImplementedException();
    public float[] GetBiases() => throw new NotImplementedException();
}

/// <summary>A trained (or only initialized) feedforward network with its input standardization and output scale.</summary>
public sealed class FeedForwardNetwork
{
    public IReadOnlyList<DenseLayer> DenseLayers => throw new NotImplementedException();
    public int Inputs => throw new NotImplementedException();
    public int Outputs => throw new NotImplementedException();

    /// <summary>Subtracted from the raw features; empty where the network was trained without standardization.</summary>
    internal ReadOnlySpan<float> FeatureMeans => throw new NotImplementedException();

    /// <summary>Multiplies the centred features: 1 / σ, 0 for a constant feature; empty without standardization.</summary>
    internal ReadOnlySpan<float> FeatureScales => throw new NotImplementedException();

    /// <summary>Regression: predicted value = output · scale + mean. Empty for other tasks.</summary>
    internal ReadOnlySpan<float> TargetMeans => throw new NotImplementedException();
    internal ReadOnlySpan<float> TargetScales => throw new NotImplementedException();
    internal NetworkTask Task => throw new NotImplementedException();

    /// <summary>Scores one row of raw features: probabilities for multiclass, the logit for binary, values for regression. NaN in all outputs where a feature isn't finite.</summary>
    public void Predict(ReadOnlySpan<float> features, Span<float> scores) => throw new NotImplementedException();
    public void Save(Stream stream) => throw new NotImplementedException();
    public static FeedForwardNetwork Load(Stream stream) => throw new NotImplementedException();
}

/// <summary>Scores rows with buffers of its own: one a cursor or thread; no allocation a row.</summary>
internal sealed class NetworkScorer
{
    public NetworkScorer(FeedForwardNetwork network) => throw new NotImplementedException();

    /// <summary>As <see cref="FeedForwardNetwork.Predict"/>.</summary>
    public void Score(ReadOnlySpan<float> features, Span<float> scores) => throw new NotImplementedException();
}
