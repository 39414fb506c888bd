namespace MLNet.WeightInit;

/// <summary>One tensor of a network that is about to be filled.</summary>
public sealed class PlannedTensor
{
    readonly Func<WeightInitializer, WeightInitializer> _resolve;

    internal PlannedTensor(string name, WeightShape shape, string stream, Func<WeightInitializer, WeightInitializer> resolve)
    {
        _resolve = resolve;
        Name = name;
        Shape = shape;
        Stream = stream;
    }

    /// <summary><c>hidden[0].weights</c>, <c>output.bias</c>.</summary>
    public string Name { get; }

    /// <summary>Fans, role, position, activation.</summary>
    public WeightShape Shape { get; }

    /// <summary>Key of this tensor's random stream.</summary>
    public string Stream { get; }

    /// <summary>What will fill it; null for a bias means zeros.</summary>
    public WeightInitializer? Initializer { get; private set; }

    /// <summary>Why, for the report.</summary>
    public string Reason { get; private set; } = "";

    internal void AddToReason(string sentence) => Reason = Reason.Length == 0 ? sentence : $"{Reason} {sentence}";

    /// <summary>Multiplies the learning rate of this tensor (muP, Fixup's scalars).</summary>
    /// <value>Default: 1. At least 0 and finite; 0 keeps the tensor as it starts.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 0, NaN or infinite.</exception>
    public float LearningRateMultiplier
    {
        get;
        set => field = value >= 0 && float.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"The multiplier of the learning rate of {Name} must be at least 0 and finite. 1 leaves the rate as it is.");
    } = 1;

    /// <summary>Fills this tensor with <paramref name="initializer"/>: an object, or a name with arguments that the estimator's context knows.</summary>
    /// <param name="initializer">For example <c>new Orthogonal(1.4f)</c> or <c>"orthogonal(gain=1.4)"</c>.</param>
    /// <param name="reason">A sentence for the report; null asks <see cref="WeightInitializer.Explain"/>.</param>
    /// <exception cref="ArgumentNullException">The initializer is null.</exception>
    /// <exception cref="ArgumentException">The initializer has no name, or its text names none that is known.</exception>
    public void Use(WeightInitializer initializer, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        WeightInitializer resolved = _resolve(initializer);
        if (string.IsNullOrWhiteSpace(resolved.Name) || string.IsNullOrWhiteSpace(resolved.Specification))
            throw new ArgumentException($"An initializer must have a name, and {resolved.GetType()} has none for {Name}. Override {nameof(WeightInitializer.Name)}.", nameof(initializer));
        Initializer = resolved;
        Reason = reason ?? resolved.Explain(Shape) ?? "";
    }
}

/// <summary>Every tensor of a network with the initializer that will fill it, and what is known of the data and the training.</summary>
public sealed class InitializationPlan
{
    internal InitializationPlan(IReadOnlyList<PlannedTensor> tensors) => Tensors = tensors;

    /// <summary>All tensors from input to output: each layer's weights, then its bias.</summary>
    public IReadOnlyList<PlannedTensor> Tensors { get; }

    /// <summary>The weight tensors, from input to output.</summary>
    public IEnumerable<PlannedTensor> Weights => Tensors.Where(tensor => tensor.Shape.Role != TensorRole.Bias);

    /// <summary>The bias vectors, from input to output.</summary>
    public IEnumerable<PlannedTensor> Biases => Tensors.Where(tensor => tensor.Shape.Role == TensorRole.Bias);

    /// <summary>Mean over features of E x², of the features as the network sees them (standardized or not); NaN where no data was seen.</summary>
    public double FeatureSecondMoment { get; init; } = double.NaN;

    /// <summary>What the output bias should be so that the untrained network predicts the label's prior: log-probabilities for classes, log-odds for binary, the mean for regression; null where no data was seen.</summary>
    public IReadOnlyList<float>? PriorBias { get; init; }

    /// <summary>The optimizer's name.</summary>
    public string Optimizer { get; init; } = "Adam";
}
