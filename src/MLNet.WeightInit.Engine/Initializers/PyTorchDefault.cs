using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>What PyTorch's <c>nn.Linear</c> starts with: weights and biases U(−1/√fan-in, 1/√fan-in); embeddings N(0, 1), as its <c>nn.Embedding</c>.</summary>
/// <remarks>It calls <c>kaiming_uniform_(a=√5)</c>, whose variance is 2 / ((1 + 5) · fan-in) = 1 / (3 · fan-in): a legacy, not a derivation (PyTorch issue 15314).
/// Through ReLU the signal's variance falls six-fold a layer. For parity with PyTorch only.</remarks>
public sealed class PyTorchDefault : WeightInitializer
{
    /// <inheritdoc/>
    public override string Name => "pytorch_default";

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => shape.Role == TensorRole.Embedding ? 1 : Math.Sqrt(1 / (3 * shape.Fan(FanMode.FanIn)));

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        if (shape.Role == TensorRole.Embedding)
            random.FillNormal(weights, 1);
        else
            random.FillUniform(weights, limit: (float)(1 / Math.Sqrt(shape.Fan(FanMode.FanIn))));
    }

    /// <summary>This one for every weight and every bias tensor.</summary>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (PlannedTensor tensor in plan.Tensors)
            tensor.Use(this);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
        => shape.Role == TensorRole.Embedding ? "PyTorch's nn.Embedding: N(0, 1)." : string.Create(CultureInfo.InvariantCulture, $"PyTorch's nn.Linear: U(−1/√fan-in, 1/√fan-in), σ = {TargetDeviation(shape):G3} for fan-in {shape.FanIn}; a sixth of He's variance.");
}
