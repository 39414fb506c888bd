namespace MLNet.WeightInit;

/// <summary>A specification that waits for the registry of the estimator's context.</summary>
internal sealed class UnresolvedInitializer(string specification) : WeightInitializer
{
    public override string Name => specification;

    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
        => throw new NotSupportedException($"The text '{specification}' must become an initializer before it can fill anything: options and plans do that by themselves; elsewhere mlContext.WeightInit.Parse does it, or for built-in names WeightInitializer.Parse.");
}
