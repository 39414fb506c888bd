namespace MLNet.WeightInit;

/// <summary>How one tensor of the network was filled, and why.</summary>
public sealed record TensorPlan
{
    internal TensorPlan(string tensor, WeightShape shape, string initializer, double? targetDeviation, string stream, string reason)
    {
        Tensor = tensor;
        Shape = shape;
        Initializer = initializer;
        TargetDeviation = targetDeviation;
        Stream = stream;
        Reason = reason;
    }

    /// <summary>Its name: <c>hidden[0].weights</c>, <c>output.bias</c>.</summary>
    public string Tensor { get; }

    /// <summary>Fans, position, role and the activation that follows.</summary>
    public WeightShape Shape { get; }

    /// <summary>The initializer with every argument that differs from its default, as a specification that parses back: <c>he(mode=fan_out)</c>.</summary>
    public string Initializer { get; }

    /// <summary>The initializer's <see cref="WeightInitializer.Version"/> at the time: specification, version, stream and seed give the same values again. Default: 1.</summary>
    public int InitializerVersion { get; internal init; } = 1;

    /// <summary>What the plan multiplies the learning rate of this tensor by: what <see cref="PlannedTensor.LearningRateMultiplier"/> was. At least 0; 0 keeps the tensor as it was filled. Default: 1.</summary>
    public float LearningRateMultiplier { get; internal init; } = 1;

    /// <summary>Standard deviation that the initializer aims at, at least 0; null where it has none in closed form.</summary>
    public double? TargetDeviation { get; }

    /// <summary>Key of the random stream that the values came from: <c>init/hidden/0/weights</c>.</summary>
    public string Stream { get; }

    /// <summary>SHA-256 of the values that training started from, 64 hexadecimal digits in lower case: of 32-bit little-endian numbers in row-major order, as <see cref="DenseLayer.GetWeights"/> and <see cref="Embedding.GetVectors"/> of an untrained
    /// network have them. Null at <see cref="DiagnosticsLevel.Off"/>, and in a report that was saved before reports had it.</summary>
    public string? Sha256 { get; internal init; }

    /// <summary>Why this initializer, in a sentence.</summary>
    public string Reason { get; }
}
