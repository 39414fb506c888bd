using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>Biases that start the network at what is known without any feature: the output's at the label's prior, hidden ones at one value.</summary>
/// <remarks>
/// For classes log π, for a binary label log(π / (1 − π)), for a number its mean (0 where it is standardized), or what else is the best constant for the loss, by the frequencies and weights of the training rows; where a class has no rows, one row is shared out among all. The first loss is then the
/// label's entropy or variance, and no step is spent on learning them (Karpathy 2019, "init well"). As an initializer of weights it does nothing: use it for <c>BiasInit</c>.
/// </remarks>
public sealed class PriorBias : WeightInitializer
{
    /// <param name="hidden">Every hidden bias; from −1e30 to 1e30. Default: 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside its range.</exception>
    public PriorBias(float hidden = 0) => Hidden = ArgumentRules.Bounded(hidden);

    /// <inheritdoc/>
    public override string Name => "prior";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("hidden", Hidden, 0).ToString();

    /// <summary>Every hidden bias.</summary>
    public float Hidden { get; }

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => 0;

    /// <summary>The hidden value: the prior needs a plan.</summary>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        weights.Fill(Hidden);
    }

    /// <summary>Plans biases alone.</summary>
    /// <exception cref="InvalidOperationException">Nothing is known of the labels.</exception>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (PlannedTensor bias in plan.Biases)
        {
            if (bias.Shape.LayerIndex < bias.Shape.Depth - 1)
                bias.Use(Hidden == 0 ? new Zeros() : new Constant(Hidden));
            else if (plan.PriorBias is { } prior && prior.Count == bias.Shape.Count)
                bias.Use(new FromArray([.. prior]), "The label's prior was asked for: log-probabilities of classes, log-odds, or the mean, as the loss has it.");
            else
                throw new InvalidOperationException("The label's prior needs labels, and nothing is known of them here. Use zeros or a constant for the biases.");
        }
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => Hidden == 0 ? "Zero hidden biases beside the label's prior in the output's." : $"{new Constant(Hidden).Explain(shape)} The output's biases hold the label's prior.";
}
