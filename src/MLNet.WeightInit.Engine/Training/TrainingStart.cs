using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>A model that training goes on from, instead of initialized weights.</summary>
/// <param name="Network">Is not changed.</param>
/// <param name="Initialization">How it was initialized once.</param>
internal sealed record TrainingStart(FeedForwardNetwork Network, InitializationReport Initialization)
{
    /// <summary>Fails where the data and options make another network than the model's.</summary>
    /// <param name="labels">How the loss would have labels seen, where it may standardize them.</param>
    /// <exception cref="ArgumentOutOfRangeException">They do; the message names every difference.</exception>
    public void Check(NetworkLayout layout, TrainingOptions options, AffineScale labels)
    {
        NetworkLayout own = Network.Layout;
        List<string> differences = [];
        Compare("the task", Network.Task.ToString(), options.Task.ToString());
        Compare("features", own.Features, layout.Features);
        if (options.FillsMissing && layout.Features > 0 && !own.Encoding.FillsMissing)
            Compare("missing values", "not taken", "replaced by the mean");
        Compare("categorical columns", EmbeddingColumn.Describe(own.Encoding.Columns), EmbeddingColumn.Describe(options.Embeddings));
        Compare("hidden layers", HiddenLayers(own), HiddenLayers(layout));
        if (HiddenLayers(own) == HiddenLayers(layout))
            Compare("activations", Activations(own), Activations(layout));
        Compare("normalization", own.Normalization, layout.Normalization);
        Compare("layers in a residual branch", own.BranchDepth, layout.BranchDepth);
        Compare("outputs", own.Outputs, layout.Outputs);
        if (differences.Count == 0 && !own.Layers.Select(WithoutPlace).SequenceEqual(layout.Layers.Select(WithoutPlace)))
            Compare("layers", string.Join(", ", own.Layers), string.Join(", ", layout.Layers));
        if (differences.Count == 0 && !MayStandFor(Network.TargetScale, labels))
            Compare("what the network gives of a label", Given(Network.TargetScale), Given(labels));
        if (differences.Count == 0)
            Compare("heads", string.Join(", ", Network.TargetScale.Heads), string.Join(", ", labels.Heads));
        if (differences.Count == 0 && options.TiedWeights && !TiedWeights.AreTied(Network))
            Compare("tied weights", "no", "yes");
        if (differences.Count > 0)
            throw new ArgumentOutOfRangeException("modelParameters", string.Join(", ", differences),
                "A training can only go on with the data schema and the architecture of its model. Set the options as they were, and transform the data by the pipeline that was fitted for the model; or train a new model with Fit(data).");

        void Compare(string what, object inModel, object here)
        {
            if (!inModel.Equals(here))
                differences.Add($"{what}: {inModel} in the model, {here} asked for");
        }
    }

    /// <summary>Puts the model's weights into a network of the same layers.</summary>
    public void CopyTo(FeedForwardNetwork network)
    {
        Network.Parameters.Span.CopyTo(network.Parameters.Span);
        if (Network.Layout.Layers[0] != network.Layout.Layers[0])
            network.DenseLayers[0].SetWeights(Network.DenseLayers[0].GetWeights());
    }

    /// <summary>How weights lie in memory is no difference.</summary>
    static LayerLayout WithoutPlace(LayerLayout layer) => layer with { IsByInput = false };

    /// <summary>A loss that takes standardized labels takes them as they are too, if that is how the model was trained, but not the other way round.</summary>
    static bool MayStandFor(AffineScale model, AffineScale loss) => model.IsExponential == loss.IsExponential && (!IsAsItIs(loss) || IsAsItIs(model));

    static bool IsAsItIs(AffineScale scale) => scale.IsNone && !scale.IsExponential;

    static string Given(AffineScale scale) => scale.IsExponential ? "its logarithm" : scale.IsNone ? "its value" : "its standardized value";

    static string HiddenLayers(NetworkLayout layout) => layout.Layers.Count == 1 ? "none" : string.Join(", ", layout.Layers.SkipLast(1).Select(layer => layer.Outputs));

    static string Activations(NetworkLayout layout) => string.Join(", ", layout.Layers.SkipLast(1).Select(layer => layer.Activation).Distinct());
}
