namespace MLNet.WeightInit.Engine.Training.Losses;

/// <summary>A built-in loss's specification, not yet read.</summary>
internal sealed class NamedLoss(string specification) : LossFunction
{
    public override string Name => specification;

    public override double Evaluate(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient)
        => throw new NotSupportedException($"The text '{specification}' must become a loss before it can compare anything: options do that by themselves when an estimator is created.");
}
