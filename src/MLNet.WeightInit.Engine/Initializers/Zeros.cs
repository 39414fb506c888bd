using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>All values 0: for biases and for output layers. As weights of a hidden layer it leaves all units equal for ever.</summary>
public sealed class Zeros : WeightInitializer
{
    /// <inheritdoc/>
    public override string Name => "zeros";

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => 0;

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        weights.Clear();
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => shape.Role switch
    {
        TensorRole.Bias => "Zero biases: random weights alone tell the units apart.",
        TensorRole.Output => "A zero output layer starts with equal predictions for every row; the layers before it get no gradient in the first step.",
        _ => "Zero weights make all units of the layer equal, and training keeps them so: use random weights in hidden layers.",
    };
}
