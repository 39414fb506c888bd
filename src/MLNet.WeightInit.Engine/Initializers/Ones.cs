using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>All values 1. As weights it leaves all units of a layer equal for ever.</summary>
public sealed class Ones : WeightInitializer
{
    /// <inheritdoc/>
    public override string Name => "ones";

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => 0;

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        weights.Fill(1);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => Constant.Explain(shape, 1);
}
