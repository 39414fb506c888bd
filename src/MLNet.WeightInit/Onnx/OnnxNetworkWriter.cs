using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>Writes a network as ONNX nodes of the default domain, operator sets 9 to 12.</summary>
internal sealed class OnnxNetworkWriter
{
    const int LowestOperatorSet = 9;
    const string DefaultDomain = "";

    readonly OnnxContext _context;

    public OnnxNetworkWriter(OnnxContext context)
    {
        context.CheckOpSetVersion(LowestOperatorSet, "NeuralNet");
        _context = context;
    }

    /// <summary>From raw features to logits, or to values in the label's unit for regression.</summary>
    public string Outputs(FeedForwardNetwork network, string features) => Outputs(network, features, out _, embeddingLayer: -1);

    /// <param name="embedding">Activations of the embedding layer; empty where there is none.</param>
    /// <param name="embeddingLayer">A dense layer; −1 for none.</param>
    /// <inheritdoc cref="Outputs(FeedForwardNetwork, string)"/>
    public string Outputs(FeedForwardNetwork network, string features, out string embedding, int embeddingLayer)
    {
        string linear = LinearOutputs(network, features, out embedding, embeddingLayer);
        return network.TargetScale.Heads.Count > 0 ? OnnxHeads.Write(this, network, linear, head: 0) : Rescale(network, linear);
    }

    /// <summary>From raw features to the outputs of the last layer.</summary>
    public string LinearOutputs(FeedForwardNetwork network, string features) => LinearOutputs(network, features, out _, embeddingLayer: -1);

    string LinearOutputs(FeedForwardNetwork network, string features, out string embedding, int embeddingLayer)
    {
        embedding = "";
        string values = OnnxInputs.Write(this, network, features);
        string stream = "";                                    // sums that residual blocks add to
        foreach (DenseLayer layer in network.DenseLayers)
        {
            values = Dense(layer, values, inputScales: layer == network.DenseLayers[0] ? network.FeatureScale.Scales : []);
            if (layer.SkipFrom is not null)
                values = Elementwise("Add", layer.Outputs, [stream, values]);
            if (layer.SkipFrom is not null || layer == network.DenseLayers[0])
                stream = values;
            values = OnnxNormalization.Write(this, layer, values);
            values = OnnxActivations.Write(this, layer.Activation, values, layer.Outputs);
            if (embeddingLayer >= 0 && layer == network.DenseLayers[embeddingLayer])
                embedding = values;
        }
        return values;
    }

    public void Softmax(string logits, string destination) => Node("Softmax", [logits], destination).AddAttribute("axis", 1);

    public void Sigmoid(string logits, string destination) => Node("Sigmoid", [logits], destination);

    /// <summary>True where a value is above 0.</summary>
    public void IsPositive(string values, string destination) => Node("Greater", [values, Constant(0)], destination);

    public void Copy(string source, string destination) => Node("Identity", [source], destination);

    /// <summary>The key, from 1, of the largest value: ML.NET's predicted label; 0, the missing key, of a row whose scores are NaN, which all of them are then.</summary>
    public void KeyOfLargest(string scores, string destination)
    {
        string index = Intermediate(NumberDataViewType.Int64, "largest");
        OnnxNode largest = Node("ArgMax", [scores], index);
        largest.AddAttribute("axis", 1);
        largest.AddAttribute("keepdims", 1);
        string key = Intermediate(NumberDataViewType.Int64, "key");
        Node("Add", [index, _context.AddInitializer(1L, "one")], key);
        string isMissing = Intermediate(BooleanDataViewType.Instance, "missing");
        Node("IsNaN", [Columns(scores, first: 0, count: 1)], isMissing);
        string known = Intermediate(NumberDataViewType.Int64, "known");
        Node("Where", [isMissing, Position(0), key], known);
        Node("Cast", [known], destination).AddAttribute("to", typeof(uint));
    }

    /// <summary>An element-wise node on a block of values.</summary>
    public string Elementwise(string operation, int width, string[] inputs, params (string Name, float Value)[] attributes)
    {
        string destination = Intermediate(new VectorDataViewType(NumberDataViewType.Single, width), operation);
        OnnxNode node = Node(operation, inputs, destination);
        foreach ((string name, float value) in attributes)
            node.AddAttribute(name, (double)value);
        return destination;
    }

    /// <summary>A constant that is broadcast.</summary>
    public string Constant(float value) => _context.AddInitializer([value], [1L], "constant");

    /// <summary>A constant for each column, the same in every row.</summary>
    public string Row(float[] values, string name) => _context.AddInitializer(values, [1L, values.Length], name);

    /// <summary>Some neighbouring columns of a block.</summary>
    public string Columns(string values, int first, int count)
    {
        string places = Indexes([.. Enumerable.Range(first, count)], "columns");
        string destination = Intermediate(new VectorDataViewType(NumberDataViewType.Single, count), "part");
        Node("Gather", [values, places], destination).AddAttribute("axis", 1);
        return destination;
    }

    /// <summary>Blocks of one column each, side by side.</summary>
    public string SideBySide(string[] columns)
    {
        string destination = Intermediate(new VectorDataViewType(NumberDataViewType.Single, columns.Length), "columns");
        Node("Concat", columns, destination).AddAttribute("axis", 1);
        return destination;
    }

    /// <summary>A list of positions.</summary>
    public string Indexes(int[] values, string name) => _context.AddInitializer(values.Select(value => (long)value), [values.Length], name);

    /// <summary>A position or key that is broadcast.</summary>
    public string Position(long value) => _context.AddInitializer([value], [1L], "position");

    /// <summary>Rows of a table.</summary>
    public string Table(float[] values, int columns, string name) => _context.AddInitializer(values, [values.Length / columns, columns], name);

    /// <summary>The variable that has a column at this place of the graph.</summary>
    public string Variable(string column)
    {
        return _context.ContainsColumn(column)
            ? _context.GetVariableName(column)
            : throw new InvalidOperationException($"The ONNX graph must have column '{column}' before the network, and has not: a step before it can't be exported.");
    }

    /// <summary>Mean over the columns, one value a row.</summary>
    public string RowMean(string values)
    {
        string destination = Intermediate(new VectorDataViewType(NumberDataViewType.Single, 1), "mean");
        OnnxNode node = Node("ReduceMean", [values], destination);
        node.AddAttribute("axes", new[] { 1L });
        node.AddAttribute("keepdims", 1);
        return destination;
    }

    string Dense(DenseLayer layer, string values, ReadOnlySpan<float> inputScales)
    {
        float[] weights = layer.GetWeights();
        if (!inputScales.IsEmpty)
            for (int i = 0; i < weights.Length; i++)
                weights[i] *= i % layer.Inputs is var input && input < inputScales.Length ? inputScales[input] : 1;      // what follows the features has none
        string weightName = _context.AddInitializer(weights, [layer.Outputs, (long)layer.Inputs], layer.Name + ".weights");
        string biasName = _context.AddInitializer(layer.GetBiases(), [(long)layer.Outputs], layer.Name + ".bias");
        string destination = Intermediate(new VectorDataViewType(NumberDataViewType.Single, layer.Outputs), layer.Name);
        OnnxNode node = Node("Gemm", [values, weightName, biasName], destination);
        node.AddAttribute("alpha", 1d);
        node.AddAttribute("beta", 1d);
        node.AddAttribute("transB", 1);
        return destination;
    }

    string Rescale(FeedForwardNetwork network, string values)
    {
        if (network.TargetScale.IsExponential)
            return Elementwise("Exp", network.Outputs, [values]);
        return network.TargetScale.IsNone ? values : Scaled(values, network.TargetScale);
    }

    /// <summary>Values times the multiplier, plus the mean of their column.</summary>
    public string Scaled(string values, AffineScale scale)
    {
        string scales = Row(scale.Scales, "target.scales"), means = Row(scale.Means, "target.means");
        return Elementwise("Add", scale.Means.Length, [Elementwise("Mul", scale.Means.Length, [values, scales]), means]);
    }

    public string Intermediate(DataViewType type, string name) => _context.AddIntermediateVariable(type, name, skip: true);

    public OnnxNode Node(string operation, string[] inputs, string destination)
        => _context.CreateNode(operation, inputs, [destination], _context.GetNodeName(operation), DefaultDomain);
}
