using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>One dense layer's sizes and its place in the parameter array.</summary>
/// <param name="Name"><c>hidden[0]</c>, <c>output</c>.</param>
/// <param name="Activation">With arguments; <c>Identity</c> for the output.</param>
/// <param name="WeightOffset">First float of the weight panels.</param>
/// <param name="BiasOffset">First float of the padded biases.</param>
/// <param name="Normalization">Between the sums and the activation; then the padded scales γ and shifts β follow the biases, and under batch normalization running means and variances.</param>
internal sealed record LayerLayout(string Name, int Inputs, int Outputs, string Activation, long WeightOffset, long BiasOffset, Normalization Normalization)
{
    public bool IsNormalized => Normalization != Normalization.None;

    /// <summary>Place in residual blocks.</summary>
    public ResidualPlace Residual { get; init; }

    /// <summary>Index of the layer whose sums are added to this one's, where a residual block ends.</summary>
    public int? SkipFrom { get; init; }

    /// <summary>Whether its sums are the stream of residual blocks: the stem's own, or with what a branch started from added.</summary>
    public bool IsStream => Residual is ResidualPlace.Stem or ResidualPlace.End;

    /// <summary>First float of γ, where the layer is normalized.</summary>
    public long ScaleOffset => BiasOffset + BiasLength;

    /// <summary>First float of β, where the layer is normalized.</summary>
    public long ShiftOffset => ScaleOffset + BiasLength;

    /// <summary>First float of the running means, under batch normalization; no parameter, and without a gradient.</summary>
    public long RunningMeanOffset => ShiftOffset + BiasLength;

    /// <summary>First float of the running variances, under batch normalization.</summary>
    public long RunningVarianceOffset => RunningMeanOffset + BiasLength;

    /// <summary>Floats a unit beside the weights: the bias, and what the normalization has.</summary>
    public int VectorCount => Normalization switch { Normalization.None => 1, Normalization.Batch => 5, _ => 3 };

    public long WeightLength => Panels.Length(Inputs, Outputs);
    public int BiasLength => Panels.Padded(Outputs);

    /// <summary>Whether the weights lie input by input, those to all outputs side by side, and not in panels: so that a step that reads and writes the weights of a few inputs finds each one's in one place.</summary>
    public bool IsByInput { get; init; }

    /// <summary>Floats from the first weight to that of input 0 and the first output of a panel.</summary>
    public nint PanelOffset(int panel) => IsByInput ? (nint)panel * Panels.Width : Panels.Offset(panel, Inputs);

    /// <summary>Floats from a weight in a panel to that of the next input and the same output.</summary>
    public int InputStride(int panel) => IsByInput ? BiasLength : Panels.WidthOf(panel, Outputs);
}

/// <summary>The layers of a feedforward network and where their parameters lie: weights in panels, biases, and a normalization's γ, β and running statistics, layer after layer, all in one array.</summary>
internal sealed class NetworkLayout
{
    /// <param name="inputs">Features; at least 1.</param>
    /// <param name="hiddenLayers">Units of each hidden layer; may be empty.</param>
    /// <param name="activation">Specification of the hidden layers' activation.</param>
    /// <param name="outputs">At least 1.</param>
    /// <param name="normalization">Of every hidden layer.</param>
    /// <param name="branchDepth">Dense layers in each residual branch; 0: no blocks.</param>
    /// <param name="encoding">How a row becomes the first layer's inputs; null: it is them.</param>
    /// <param name="isByInput">Of the first layer: <see cref="LayerLayout.IsByInput"/>.</param>
    public NetworkLayout(int inputs, IReadOnlyList<int> hiddenLayers, string activation, int outputs, Normalization normalization = Normalization.None, int branchDepth = 0, InputEncoding? encoding = null,
        bool isByInput = false)
        : this(inputs, [.. hiddenLayers.Select((units, i) => (units, activation)), (outputs, "Identity")], normalization, branchDepth, encoding, isByInput)
    {
    }

    /// <param name="layers">Units and activation of every dense layer, the output last.</param>
    /// <param name="normalization">Of every hidden layer.</param>
    /// <param name="branchDepth">Dense layers in each residual branch; 0: no blocks.</param>
    /// <param name="encoding">How a row becomes the first layer's inputs; null: it is them.</param>
    /// <param name="isByInput">Of the first layer: <see cref="LayerLayout.IsByInput"/>.</param>
    public NetworkLayout(int inputs, IReadOnlyList<(int Units, string Activation)> layers, Normalization normalization = Normalization.None, int branchDepth = 0, InputEncoding? encoding = null,
        bool isByInput = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers.Count, 1);
        ResidualBlocks.CheckLayers([.. layers.SkipLast(1).Select(layer => layer.Units)], branchDepth);
        var built = new LayerLayout[layers.Count];
        long offset = 0;
        Encoding = encoding ?? InputEncoding.Plain;
        int width = Encoding.WidthOf(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1, nameof(inputs));
        for (int i = 0; i < built.Length; i++)
        {
            (int units, string activation) = layers[i];
            ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
            long weightOffset = offset, biasOffset = offset + Panels.Length(width, units);
            bool isOutput = i == built.Length - 1;
            if (!isOutput && normalization == Normalization.Layer && units < Normalizations.FewestUnits)
                throw new ArgumentOutOfRangeException(nameof(layers), units, $"A hidden layer that is normalized over its units needs at least {Normalizations.FewestUnits} of them, and hidden[{i}] has {units}: "
                    + "normalized, one unit is always 0, and two are ±1 with no gradient. Use more units, or no normalization.");
            ResidualPlace place = isOutput || branchDepth == 0 ? ResidualPlace.None : i == 0 ? ResidualPlace.Stem : i % branchDepth == 0 ? ResidualPlace.End : ResidualPlace.Inner;
            built[i] = new LayerLayout(isOutput ? "output" : $"hidden[{i}]", width, units, activation, weightOffset, biasOffset, isOutput ? Normalization.None : normalization)
            {
                Residual = place,
                SkipFrom = place == ResidualPlace.End ? i - branchDepth : null,
                IsByInput = isByInput && i == 0,
            };
            offset = biasOffset + Panels.Padded(units) * built[i].VectorCount;
            width = units;
        }
        Features = inputs;
        Layers = built;
        Embeddings = EmbeddingLayout.Place(Encoding, inputs, ref offset);
        BranchDepth = branchDepth;
        ParameterLength = offset;
    }

    /// <summary>Features of a row.</summary>
    public int Features { get; }

    /// <summary>Inputs of the first layer: the features, and what the encoding adds.</summary>
    public int Inputs => Layers[0].Inputs;
    public int Outputs => Layers[^1].Outputs;

    /// <summary>Tables of embeddings, whose parameters follow those of the layers.</summary>
    public IReadOnlyList<EmbeddingLayout> Embeddings { get; }

    /// <summary>How a row becomes the first layer's inputs.</summary>
    public InputEncoding Encoding { get; }
    public IReadOnlyList<LayerLayout> Layers { get; }

    /// <summary>Dense layers in each residual branch; 0: no blocks.</summary>
    public int BranchDepth { get; }

    /// <summary>Of the hidden layers; none where there are none.</summary>
    public Normalization Normalization => Layers[0].Normalization;

    /// <summary>Floats of all parameters, padding and running statistics included.</summary>
    public long ParameterLength { get; }

    /// <summary>Weights, biases, scales, shifts and embeddings without padding.</summary>
    public long ParameterCount => Layers.Sum(layer => (long)layer.Inputs * layer.Outputs + layer.Outputs * (layer.IsNormalized ? 3 : 1)) + Embeddings.Sum(embedding => embedding.Column.Count);
}
