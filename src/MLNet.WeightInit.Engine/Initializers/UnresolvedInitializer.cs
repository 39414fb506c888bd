namespace MLNet.WeightInit;

/// <summary>A specification that waits for the registry of the estimator's context.</summary>
internal sealed class UnresolvedInitializer(string specification) : WeightInitializer
{
    public override string Name => specification;
}
