namespace MLNet.WeightInit;

/// <summary>A specification that waits for the registry of the estimator's context.</summary>
internal sealed class UnresolvedInitializer(string specification) : WeightInitializer
{
    public override string Name => specification;

    /// <summary>Knows the built-in names only: the registry of an estimator's context has not been seen yet.</summary>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => Parse(specification).Fill(weights, shape, random);

    public override double? TargetDeviation(in WeightShape shape) => Parse(specification).TargetDeviation(shape);
}
