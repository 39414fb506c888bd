using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>Policies and values of reinforcement learning: orthogonal weights, hidden ones with gain √2, a policy's output with 0.01, a value's with 1; zero biases.</summary>
/// <remarks>Andrychowicz et al. 2021, section 3.2, and the PPO implementations since OpenAI Baselines (Huang et al. 2022, detail 2): a policy that starts near uniform explores. The value heads of a network with both are its last outputs, in
/// either layout; such a layer must be dense, without gates, groups or a kernel.</remarks>
public sealed class Ppo : InitializationRecipe
{
    static readonly float s_hiddenGain = MathF.Sqrt(2);
    static readonly Zeros s_zeros = new();

    /// <param name="valueOutputs">How many of the outputs, the last ones, are value heads; at least 0. Default: 0, all are the policy's; as many as there are make a value network.</param>
    /// <param name="hiddenGain">From 0 to 1e30. Default: √2.</param>
    /// <param name="policyGain">From 0 to 1e30. Default: 0.01.</param>
    /// <param name="valueGain">From 0 to 1e30. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Ppo(int valueOutputs = 0, float? hiddenGain = null, float policyGain = 0.01f, float valueGain = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(valueOutputs);
        ValueOutputs = valueOutputs;
        HiddenGain = ArgumentRules.NotNegative(hiddenGain ?? s_hiddenGain, nameof(hiddenGain));
        PolicyGain = ArgumentRules.NotNegative(policyGain);
        ValueGain = ArgumentRules.NotNegative(valueGain);
    }

    /// <inheritdoc/>
    public override string Name => "ppo";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("value_outputs", ValueOutputs, 0).Add("hidden_gain", HiddenGain, s_hiddenGain)
        .Add("policy_gain", PolicyGain, 0.01f).Add("value_gain", ValueGain, 1).ToString();

    /// <summary>How many of the outputs, the last ones, are value heads.</summary>
    public int ValueOutputs { get; }

    /// <summary>Gain of the hidden layers.</summary>
    public float HiddenGain { get; }

    /// <summary>Gain of a policy's outputs.</summary>
    public float PolicyGain { get; }

    /// <summary>Gain of a value's outputs.</summary>
    public float ValueGain { get; }

    /// <inheritdoc/>
    protected override WeightInitializer Choose(in WeightShape shape) => shape.Role switch
    {
        TensorRole.Bias => s_zeros,
        TensorRole.Output when ValueOutputs >= shape.Outputs => new Orthogonal(ValueGain),
        TensorRole.Output when ValueOutputs > 0 => new Heads(this),
        TensorRole.Output => new Orthogonal(PolicyGain),
        _ => new Orthogonal(HiddenGain),
    };

    /// <inheritdoc/>
    protected override string? Reason(in WeightShape shape) => shape.Role switch
    {
        TensorRole.Bias => null,
        TensorRole.Output when ValueOutputs >= shape.Outputs => $"A value head: {new Orthogonal(ValueGain).Explain(shape)}",
        TensorRole.Output when ValueOutputs > 0 => FormattableString.Invariant($"{shape.Outputs - ValueOutputs} outputs of a policy with gain {PolicyGain:G4}, so that it starts near uniform and explores, and {ValueOutputs} of a value with gain {ValueGain:G4} (Andrychowicz et al. 2021)."),
        TensorRole.Output => $"A policy's output starts small, so that it is near uniform and explores (Andrychowicz et al. 2021): {new Orthogonal(PolicyGain).Explain(shape)}",
        _ => null,
    };

    /// <summary>An output layer of both: each part is an orthogonal matrix of its own, from its own stream.</summary>
    sealed class Heads(Ppo rule) : WeightInitializer
    {
        public override string Name => rule.Name;

        public override string Specification => rule.Specification;

        public override double? TargetDeviation(in WeightShape shape)
        {
            (TensorMatrix policy, TensorMatrix value) = Parts(shape);
            return Math.Sqrt(((shape.Outputs - rule.ValueOutputs) * Square(rule.PolicyGain, policy) + rule.ValueOutputs * Square(rule.ValueGain, value)) / shape.Outputs);
        }

        public override long WorkBytes(in WeightShape shape)
        {
            (TensorMatrix policy, TensorMatrix value) = Parts(shape);
            return Math.Max(OrthogonalFill.WorkBytes(policy), OrthogonalFill.WorkBytes(value));
        }

        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
        {
            ArgumentNullException.ThrowIfNull(random);
            ArgumentRules.SameCount(weights, shape);
            (TensorMatrix policy, TensorMatrix value) = Parts(shape);
            OrthogonalFill.Fill(weights, policy, random.Split("policy"), rule.PolicyGain);
            OrthogonalFill.Fill(weights, value, random.Split("value"), rule.ValueGain);
        }

        /// <summary>Rows of the tensor, or columns where the outputs come last: first the policy's, then the value's.</summary>
        (TensorMatrix Policy, TensorMatrix Value) Parts(in WeightShape shape)
        {
            if (shape.Blocks > 1 || shape.KernelSize > 1 || shape.IsTransposed)
                throw new ArgumentException("An output layer of policies and values must be dense, without gates, groups or a kernel, so that its last outputs are the values'. Fill tensors of their own for the two.", nameof(shape));
            int policy = shape.Outputs - rule.ValueOutputs;
            return shape.Layout == TensorLayout.OutputsLast
                ? (new TensorMatrix(0, shape.Rows, policy, shape.Columns), new TensorMatrix(policy, shape.Rows, rule.ValueOutputs, shape.Columns))
                : (new TensorMatrix(0, policy, shape.Columns, shape.Columns), new TensorMatrix(policy * shape.Columns, rule.ValueOutputs, shape.Columns, shape.Columns));
        }

        static double Square(float gain, TensorMatrix matrix) => (double)gain * gain / Math.Max(1, Math.Max(matrix.Rows, matrix.Columns));
    }
}
