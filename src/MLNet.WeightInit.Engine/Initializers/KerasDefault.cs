namespace MLNet.WeightInit;

/// <summary>What Keras's <c>Dense</c> starts with: Glorot-uniform weights and zero biases; embeddings U(−0.05, 0.05), as its <c>Embedding</c>.</summary>
public sealed class KerasDefault : WeightInitializer
{
    static readonly VarianceScaling s_weights = VarianceScaling.Glorot(distribution: WeightDistribution.Uniform);
    static readonly Zeros s_biases = new();
    static readonly Uniform s_embeddings = new(limit: 0.05f);

    /// <inheritdoc/>
    public override string Name => "keras_default";

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => For(shape).TargetDeviation(shape);

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => For(shape).Fill(weights, shape, random);

    /// <summary>This one for every weight and every bias tensor.</summary>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (PlannedTensor tensor in plan.Tensors)
            tensor.Use(this);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => $"Keras's {(shape.Role == TensorRole.Embedding ? "Embedding" : "Dense")}: {For(shape).Explain(shape)}";

    static WeightInitializer For(in WeightShape shape) => shape.Role switch
    {
        TensorRole.Bias => s_biases,
        TensorRole.Embedding => s_embeddings,
        _ => s_weights,
    };
}
