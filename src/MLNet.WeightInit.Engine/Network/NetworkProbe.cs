using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>Everything one forward and backward pass over a probe batch left behind.</summary>
/// <param name="Rows">Rows of the probe batch.</param>
/// <param name="Loss">Mean loss over them.</param>
/// <param name="Layers">From the first hidden layer to the output.</param>
internal sealed record NetworkProbe(int Rows, double Loss, IReadOnlyList<LayerProbe> Layers)
{
    /// <summary>SHA-256 of the rows; null where nobody made one.</summary>
    public string? RowsHash { get; init; }

    /// <summary>What each row's loss was multiplied by; null where all rows count the same.</summary>
    public float[]? RowWeights { get; init; }

    /// <summary>The rows as the first layer saw them, [rows × <see cref="InputStride"/>]; null where they are sparse.</summary>
    public AlignedBuffer? Inputs { get; init; }

    /// <summary>The rows as the first layer saw them, where they are sparse; else null.</summary>
    public SparseBatch? SparseInputs { get; init; }

    public int InputStride { get; init; }

    /// <summary>How alike the rows are as the first layer sees them; null where nobody looked.</summary>
    public RowSimilarity? Similarity { get; init; }

    /// <summary>One a categorical column.</summary>
    public IReadOnlyList<EmbeddingProbe> Embeddings { get; init; } = [];
}

/// <summary>One table's part of a probe.</summary>
/// <param name="Seen">Vectors that the rows looked up.</param>
/// <param name="MeanSquare">Of the numbers that they looked up.</param>
/// <param name="GradientNorm">‖∂L/∂E‖.</param>
/// <param name="Hash">SHA-256 of all its vectors.</param>
internal sealed record EmbeddingProbe(EmbeddingLayout Layout, int Seen, double MeanSquare, double GradientNorm, string Hash);

/// <summary>One dense layer's part of a probe. Blocks are row-major, [rows][Stride]; the first Units of each row count, the rest are padding.</summary>
internal sealed class LayerProbe
{
    /// <summary><c>hidden[0]</c>, <c>output</c>.</summary>
    public required string Name { get; init; }
    public required int Inputs { get; init; }
    public required int Units { get; init; }
    public required int Stride { get; init; }

    /// <summary>Activation after the layer, with arguments; <c>Identity</c> for the output.</summary>
    public required string Activation { get; init; }

    /// <summary>Whether the sums were normalized, over the units of a row or over the rows of a batch, before they became pre-activations.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Root of the mean square of the normalization's scales γ; 1 without one.</summary>
    public double NormalizationScale { get; init; } = 1;

    /// <summary>Mean over the units of 1 / (variance + ε), by which batch normalization multiplied squares; NaN without it.</summary>
    public double InverseVariance { get; init; } = double.NaN;

    /// <summary>Place in residual blocks.</summary>
    public ResidualPlace Residual { get; init; }

    /// <summary>∂L/∂ of the sums, with what was added to them, before a normalization; null where nobody looks at it.</summary>
    public AlignedBuffer? SumGradients { get; init; }

    /// <summary>What the activation sees: the sums, or what a normalization made of them.</summary>
    public required AlignedBuffer PreActivations { get; init; }
    public required AlignedBuffer Activations { get; init; }

    /// <summary>∂L/∂z, with L the mean loss over the probe rows.</summary>
    public required AlignedBuffer PreActivationGradients { get; init; }

    /// <summary>∂L/∂W in the network's own panel layout: padding is zero, so norms can be taken over the whole.</summary>
    public required AlignedBuffer WeightGradients { get; init; }

    /// <summary>W as row-major [units × inputs].</summary>
    public required float[] Weights { get; init; }
    public required float[] Biases { get; init; }
}
