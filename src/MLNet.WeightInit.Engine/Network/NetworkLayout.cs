using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>One dense layer's sizes and its place in the parameter array.</summary>
/// <param name="Name"><c>hidden[0]</c>, <c>output</c>.</param>
/// <param name="Activation">With arguments; <c>Identity</c> for the output.</param>
/// <param name="WeightOffset">First float of the weight panels.</param>
/// <param name="BiasOffset">First float of the padded biases.</param>
internal sealed record LayerLayout(string Name, int Inputs, int Outputs, string Activation, long WeightOffset, long BiasOffset)
{
    public long WeightLength => Panels.Length(Inputs, Outputs);
    public int BiasLength => Panels.Padded(Outputs);
}

/// <summary>The layers of a feedforward network and where their parameters lie: weights in panels, then biases, layer after layer, all in one array.</summary>
internal sealed class NetworkLayout
{
    /// <param name="inputs">Features; at least 1.</param>
    /// <param name="hiddenLayers">Units of each hidden layer; may be empty.</param>
    /// <param name="activation">Specification of the hidden layers' activation.</param>
    /// <param name="outputs">At least 1.</param>
    public NetworkLayout(int inputs, IReadOnlyList<int> hiddenLayers, string activation, int outputs)
        : this(inputs, [.. hiddenLayers.Select((units, i) => (units, activation)), (outputs, "Identity")])
    {
    }

    /// <param name="layers">Units and activation of every dense layer, the output last.</param>
    public NetworkLayout(int inputs, IReadOnlyList<(int Units, string Activation)> layers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers.Count, 1);
        var built = new LayerLayout[layers.Count];
        long offset = 0;
        int width = inputs;
        for (int i = 0; i < built.Length; i++)
        {
            (int units, string activation) = layers[i];
            ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
            long weightOffset = offset, biasOffset = offset + Panels.Length(width, units);
            built[i] = new LayerLayout(i == built.Length - 1 ? "output" : $"hidden[{i}]", width, units, activation, weightOffset, biasOffset);
            offset = biasOffset + Panels.Padded(units);
            width = units;
        }
        Inputs = inputs;
        Layers = built;
        ParameterLength = offset;
    }

    public int Inputs { get; }
    public int Outputs => Layers[^1].Outputs;
    public IReadOnlyList<LayerLayout> Layers { get; }

    /// <summary>Floats of all parameters, padding included.</summary>
    public long ParameterLength { get; }

    /// <summary>Weights and biases without padding.</summary>
    public long ParameterCount => Layers.Sum(layer => (long)layer.Inputs * layer.Outputs + layer.Outputs);
}
