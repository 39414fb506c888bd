namespace MLNet.WeightInit;

/// <summary>What the vectors of one categorical column were to a batch of the training data before the first step, beside what theory predicts.</summary>
/// <remarks>Figures are kept to six significant digits. <see cref="double.NaN"/> where a figure isn't defined.</remarks>
public sealed record EmbeddingStatistics
{
    internal EmbeddingStatistics()
    {
    }

    /// <summary>The table's name: <c>embedding[Color]</c>.</summary>
    public required string Embedding { get; init; }

    /// <summary>Vectors: one a key, and that of missing keys.</summary>
    public required int Rows { get; init; }

    /// <summary>Length of a vector.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Vectors that the rows of the batch looked up; at least 1.</summary>
    public required int Seen { get; init; }

    /// <summary>Root of the mean square of the numbers that the batch looked up: what the first layer sees.</summary>
    public required double Deviation { get; init; }

    /// <summary>What <see cref="Deviation"/> should be by the initializer's formula; <see cref="double.NaN"/> where it has none.</summary>
    public required double PredictedDeviation { get; init; }

    /// <summary>Euclidean norm of <c>∂L/∂E</c>, with L the mean loss over the batch.</summary>
    public required double GradientNorm { get; init; }
}
