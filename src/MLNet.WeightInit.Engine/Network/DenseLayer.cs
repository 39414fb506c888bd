using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>A fully connected layer of a network: <c>h = φ(W x + b)</c>, or <c>h = φ(γ · normalized(W x + b) + β)</c> where the network normalizes.
/// Where a residual block ends, the sums of the layer that it started from are added to this one's first (<see cref="SkipFrom"/>).</summary>
public sealed class DenseLayer
{
    readonly FeedForwardNetwork _network;
    readonly LayerLayout _layout;

    internal DenseLayer(FeedForwardNetwork network, LayerLayout layout)
    {
        _network = network;
        _layout = layout;
    }

    /// <summary><c>hidden[0]</c>, <c>hidden[1]</c>, …, <c>output</c>.</summary>
    public string Name => _layout.Name;

    /// <summary>Units or features that feed this layer.</summary>
    public int Inputs => _layout.Inputs;

    /// <summary>Units of this layer.</summary>
    public int Outputs => _layout.Outputs;

    /// <summary>The function after the sum, with its arguments: <c>ReLU</c>, <c>LeakyReLU(slope=0.2)</c>; <c>Identity</c> for the output.</summary>
    public string Activation => _layout.Activation;

    /// <summary>What the sums go through before the activation: <c>layer</c>, <c>batch</c>, or <c>none</c>, which the output always has.</summary>
    public string Normalization => Normalizations.NameOf(_layout.Normalization);

    /// <summary>Index among the network's dense layers of the one whose sums <c>W x + b</c>, with what was added to them, are added to this one's; null where no residual block ends.</summary>
    public int? SkipFrom => _layout.SkipFrom;

    /// <summary><c>hidden[0]: 64 to 128 units, ReLU</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Inputs} to {Outputs} units, {Activation}{(IsNormalized ? $", {Normalization} normalization" : "")}{(SkipFrom is { } from ? $", plus the sums of layer {from}" : "")}");

    internal bool IsNormalized => _layout.IsNormalized;

    /// <summary>A copy of the weights as trained: row-major [outputs × inputs], for features as the network sees them (standardized where it standardizes).</summary>
    public float[] GetWeights()
    {
        var weights = new float[checked(Inputs * Outputs)];
        if (_layout.IsByInput)
            Panels.UnpackByInput(_network.Weights(_layout), Inputs, Outputs, weights);
        else
            Panels.Unpack(_network.Weights(_layout), Inputs, Outputs, weights);
        return weights;
    }

    /// <summary>A copy of the biases, one an output.</summary>
    public float[] GetBiases() => _network.Biases(_layout)[..Outputs].ToArray();

    /// <summary>A copy of the scales γ of the normalization, one an output; empty where there is none.</summary>
    public float[] GetNormalizationScales() => _layout.IsNormalized ? _network.Scales(_layout)[..Outputs].ToArray() : [];

    /// <summary>A copy of the shifts β of the normalization, one an output; empty where there is none.</summary>
    public float[] GetNormalizationShifts() => _layout.IsNormalized ? _network.Shifts(_layout)[..Outputs].ToArray() : [];

    /// <summary>A copy of the running means of the sums <c>W x + b</c> that scoring subtracts, one an output; empty but under batch normalization.</summary>
    public float[] GetRunningMeans() => HasRunningStatistics ? _network.RunningMeans(_layout)[..Outputs].ToArray() : [];

    /// <summary>A copy of the running variances that scoring divides by, with 1e-5 added; one an output, empty but under batch normalization.</summary>
    public float[] GetRunningVariances() => HasRunningStatistics ? _network.RunningVariances(_layout)[..Outputs].ToArray() : [];

    internal bool HasRunningStatistics => _layout.Normalization == Engine.Network.Normalization.Batch;

    internal void SetRunningStatistics(ReadOnlySpan<float> means, ReadOnlySpan<float> variances)
    {
        means.CopyTo(_network.RunningMeans(_layout)[..Outputs]);
        variances.CopyTo(_network.RunningVariances(_layout)[..Outputs]);
        _network.ParametersChanged();
    }

    internal void SetNormalization(ReadOnlySpan<float> scales, ReadOnlySpan<float> shifts)
    {
        scales.CopyTo(_network.Scales(_layout)[..Outputs]);
        shifts.CopyTo(_network.Shifts(_layout)[..Outputs]);
        _network.ParametersChanged();
    }

    internal void SetWeights(ReadOnlySpan<float> weights)
    {
        if (weights.Length != Inputs * Outputs)
            throw new ArgumentException($"Layer '{Name}' has {Outputs} × {Inputs} = {Outputs * Inputs} weights, but {weights.Length} were given.", nameof(weights));
        if (_layout.IsByInput)
            Panels.PackByInput(weights, Inputs, Outputs, _network.Weights(_layout));
        else
            Panels.Pack(weights, Inputs, Outputs, _network.Weights(_layout));
        _network.ParametersChanged();
    }

    internal void SetBiases(ReadOnlySpan<float> biases)
    {
        if (biases.Length != Outputs)
            throw new ArgumentException($"Layer '{Name}' has {Outputs} biases, but {biases.Length} were given.", nameof(biases));
        biases.CopyTo(_network.Biases(_layout));
        _network.ParametersChanged();
    }
}
