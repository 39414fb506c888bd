namespace MLNet.WeightInit;

/// <summary>A plan for a whole network, said as one rule a tensor: derive from it and say what fits each role and place.</summary>
/// <remarks>A recipe fills a tensor on its own too, by what the tensor's shape says; a text must name a built-in rule then. Tables of categorical columns keep the rule that the options give them.</remarks>
public abstract class InitializationRecipe : WeightInitializer
{
    /// <summary>The rule for one tensor: an object, or a text with a name that the estimator's context knows.</summary>
    /// <param name="shape">Role, position, fans and the activation that follows; a bias vector has the fans of its layer.</param>
    protected abstract WeightInitializer Choose(in WeightShape shape);

    /// <summary>A sentence for the report: why this rule for this tensor. Default: null, what the rule says of itself.</summary>
    /// <param name="shape">Role, position, fans and the activation that follows.</param>
    protected virtual string? Reason(in WeightShape shape) => null;

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => Known(Choose(shape)).TargetDeviation(shape);

    /// <inheritdoc/>
    public override long WorkBytes(in WeightShape shape) => Known(Choose(shape)).WorkBytes(shape);

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => Known(Choose(shape)).Fill(weights, shape, random);

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => Reason(shape) ?? Known(Choose(shape)).Explain(shape);

    /// <summary>Without a context a text can name what is built in.</summary>
    internal static WeightInitializer Known(WeightInitializer chosen) => chosen is UnresolvedInitializer text ? Parse(text.Name) : chosen;

    /// <summary>The chosen rule for each tensor of the dense layers, weights and biases.</summary>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (PlannedTensor tensor in plan.Tensors)
            tensor.Use(Choose(tensor.Shape), Reason(tensor.Shape));
    }
}
