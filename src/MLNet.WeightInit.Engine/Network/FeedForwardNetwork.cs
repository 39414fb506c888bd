using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>A feedforward network, trained or only initialized, with its input standardization and output scale.</summary>
/// <remarks>Immutable for its users and safe to score from any number of threads.</remarks>
public sealed partial class FeedForwardNetwork
{
    AlignedBuffer? _scoringWeights;
    NetworkScorer? _idleScorer;

    internal FeedForwardNetwork(NetworkLayout layout, NetworkTask task, AffineScale features, AffineScale targets)
    {
        Layout = layout;
        Task = task;
        FeatureScale = features;
        TargetScale = targets;
        Parameters = new AlignedBuffer(layout.ParameterLength);
        foreach (LayerLayout layer in layout.Layers.Where(layer => layer.IsNormalized))
        {
            Scales(layer)[..layer.Outputs].Fill(1);
            if (layer.Normalization == Normalization.Batch)
                RunningVariances(layer).Fill(1);
        }
        DenseLayers = [.. layout.Layers.Select(layer => new DenseLayer(this, layer))];
        Embeddings = [.. layout.Embeddings.Select(embedding => new Embedding(this, embedding))];
    }

    /// <summary>Hidden layers from the input on, then the output layer.</summary>
    public IReadOnlyList<DenseLayer> DenseLayers { get; }

    /// <summary>The embeddings of categorical columns, in the order in which their inputs follow the features and the indicators in the first layer; empty without any.</summary>
    public IReadOnlyList<Embedding> Embeddings { get; }

    /// <summary>Features of a row.</summary>
    public int Inputs => Layout.Features;

    /// <summary>Features, counted from 0, beside which the first layer has an input that is 1 where the feature is missing and 0 elsewhere. These inputs follow all features, in this order.</summary>
    /// <value>Empty where missing values are not filled, or no training row had any.</value>
    public IReadOnlyList<int> MissingIndicators => Array.AsReadOnly(Layout.Encoding.Indicators);

    /// <summary>Whether a missing feature (NaN) is replaced by its training mean, so that the row has a score.</summary>
    public bool FillsMissingValues => Layout.Encoding.FillsMissing;

    /// <summary>Scores of a row.</summary>
    public int Outputs => Layout.Outputs;

    /// <summary>Weights and biases, the scales and shifts of normalized layers, and the vectors of embeddings.</summary>
    public long ParameterCount => Layout.ParameterCount;

    internal NetworkLayout Layout { get; }
    internal NetworkTask Task { get; }
    internal AlignedBuffer Parameters { get; }

    /// <summary>How raw features become inputs; a scale of 0 drops a constant feature.</summary>
    internal AffineScale FeatureScale { get; }

    /// <summary>How outputs become predicted values; none for classification.</summary>
    internal AffineScale TargetScale { get; }

    /// <summary>Scores one row.</summary>
    /// <param name="features">Raw features, <see cref="Inputs"/> of them.</param>
    /// <param name="scores"><see cref="Outputs"/> values: class probabilities (multiclass), the logit (binary), predicted values (regression), quantiles in ascending order; of several heads one after another.
    /// All NaN where a feature isn't finite; one that is NaN only where <see cref="FillsMissingValues"/> is false.</param>
    /// <exception cref="ArgumentException">A span has another length, or the network has <see cref="Embeddings"/>, and so needs keys.</exception>
    public void Predict(ReadOnlySpan<float> features, Span<float> scores) => Predict(features, [], scores);

    /// <summary>Scores one row with categories.</summary>
    /// <param name="features">Raw features, <see cref="Inputs"/> of them.</param>
    /// <param name="keys">One for each of <see cref="Embeddings"/>: from 1 to its <see cref="Embedding.KeyCount"/>; 0, or anything else, for a category that is missing or unknown.</param>
    /// <param name="scores">As for a row without categories.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public void Predict(ReadOnlySpan<float> features, ReadOnlySpan<int> keys, Span<float> scores)
    {
        NetworkScorer scorer = Interlocked.Exchange(ref _idleScorer, null) ?? new NetworkScorer(this);
        scorer.Score(features, keys, 1, scores);
        _idleScorer = scorer;
    }

    /// <summary>A table of the layers, with their sizes and parameters, and what a row costs.</summary>
    public override string ToString() => NetworkSummary.Write(this);

    internal Span<float> Vectors(EmbeddingLayout embedding) => Parameters.Span.Slice((int)embedding.Offset, (int)embedding.Length);

    /// <summary>In panels, or input by input, as the layout has them.</summary>
    internal Span<float> Weights(LayerLayout layer) => Parameters.Span.Slice((int)layer.WeightOffset, (int)layer.WeightLength);

    internal Span<float> Biases(LayerLayout layer) => Parameters.Span.Slice((int)layer.BiasOffset, layer.BiasLength);

    /// <summary>γ, padded with zeros; only of a layer that is normalized.</summary>
    internal Span<float> Scales(LayerLayout layer) => Parameters.Span.Slice((int)layer.ScaleOffset, layer.BiasLength);

    /// <summary>β, padded with zeros; only of a layer that is normalized.</summary>
    internal Span<float> Shifts(LayerLayout layer) => Parameters.Span.Slice((int)layer.ShiftOffset, layer.BiasLength);

    /// <summary>Only of a layer under batch normalization.</summary>
    internal Span<float> RunningMeans(LayerLayout layer) => Parameters.Span.Slice((int)layer.RunningMeanOffset, layer.BiasLength);

    /// <summary>Only of a layer under batch normalization; 1 in the padding.</summary>
    internal Span<float> RunningVariances(LayerLayout layer) => Parameters.Span.Slice((int)layer.RunningVarianceOffset, layer.BiasLength);

    /// <summary>Sets γ of the last normalization in each residual branch to 0: it belongs to the layer before the one that ends the branch.</summary>
    internal void ClearLastBranchScales()
    {
        for (int i = 1; i < Layout.Layers.Count; i++)
            if (Layout.Layers[i].Residual == ResidualPlace.End)
                Scales(Layout.Layers[i - 1]).Clear();
        ParametersChanged();
    }

    /// <summary>Must follow every change of <see cref="Parameters"/>: drops what was derived from them.</summary>
    internal void ParametersChanged()
    {
        Volatile.Write(ref _scoringWeights, null);
        _idleScorer = null;
    }

    /// <summary>The first layer's weights, as they lie, with each feature's scale folded in; the mean is subtracted while rows are gathered,
    /// since folding it into the bias would cost most digits where mean/σ is large.</summary>
    internal AlignedBuffer ScoringWeights()
    {
        if (Volatile.Read(ref _scoringWeights) is { } existing)
            return existing;
        LayerLayout first = Layout.Layers[0];
        var folded = new AlignedBuffer(first.WeightLength);
        Weights(first).CopyTo(folded.Span);
        int blocks = first.IsByInput ? 1 : Panels.Count(first.Outputs);
        for (int block = 0; block < blocks && !FeatureScale.IsNone; block++)
        {
            int stride = first.InputStride(block);
            Span<float> rows = folded.Span.Slice((int)first.PanelOffset(block), Layout.Features * stride);
            for (int i = 0; i < rows.Length; i++)
                rows[i] *= FeatureScale.Scales[i / stride];
        }
        Volatile.Write(ref _scoringWeights, folded);
        return folded;
    }
}
