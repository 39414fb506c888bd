using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>A plan for a whole network made of other initializers, one a place: first layer, hidden layers, ends of residual branches, output, biases.</summary>
/// <remarks>Each part plans the whole network as it would alone, and gets its own tensors of it. Text of it names the parts: <c>recipe(hidden=orthogonal(gain=1.4), output=normal(deviation=0.01))</c>.</remarks>
public sealed class Recipe : WeightInitializer
{
    readonly WeightInitializer? _first, _branchEnd, _output, _bias, _outputBias;

    /// <param name="hidden">Of all weights that no other part is for. Default: null, <see cref="Auto"/>.</param>
    /// <param name="first">Of the first layer's weights. Default: null, as <paramref name="hidden"/>.</param>
    /// <param name="branchEnd">Of the weights that end a residual branch. Default: null, as <paramref name="hidden"/>.</param>
    /// <param name="output">Of the output's weights. Default: null, as <paramref name="hidden"/>.</param>
    /// <param name="bias">Of all biases. Default: null, as <paramref name="hidden"/> plans them.</param>
    /// <param name="outputBias">Of the output's biases. Default: null, as <paramref name="bias"/>.</param>
    public Recipe(WeightInitializer? hidden = null, WeightInitializer? first = null, WeightInitializer? branchEnd = null, WeightInitializer? output = null, WeightInitializer? bias = null, WeightInitializer? outputBias = null)
    {
        Hidden = hidden ?? new Auto();
        (_first, _branchEnd, _output, _bias, _outputBias) = (first, branchEnd, output, bias, outputBias ?? bias);
    }

    /// <inheritdoc/>
    public override string Name => "recipe";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).AddText("hidden", Hidden is Auto ? null : Hidden.Specification).AddText("first", _first?.Specification).AddText("branch_end", _branchEnd?.Specification)
        .AddText("output", _output?.Specification).AddText("bias", _bias?.Specification).AddText("output_bias", _outputBias == _bias ? null : _outputBias?.Specification).ToString();

    /// <summary>Of all weights that no other part is for.</summary>
    public WeightInitializer Hidden { get; }

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => InitializationRecipe.Known(Part(shape)).TargetDeviation(shape);

    /// <inheritdoc/>
    public override long WorkBytes(in WeightShape shape) => InitializationRecipe.Known(Part(shape)).WorkBytes(shape);

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => InitializationRecipe.Known(Part(shape)).Fill(weights, shape, random);

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => InitializationRecipe.Known(Part(shape)).Explain(shape);

    /// <inheritdoc/>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var chosen = new Dictionary<PlannedTensor, PlannedTensor.Choice>();
        foreach (IGrouping<WeightInitializer, PlannedTensor> part in plan.Tensors.GroupBy(tensor => Part(tensor.Shape)))
        {
            plan.PlanBy(part.Key);
            foreach (PlannedTensor tensor in part)
            {
                if (tensor.Shape.Role == TensorRole.Bias && part.Key != Hidden && tensor.Initializer is null)
                    tensor.Use(part.Key);
                chosen[tensor] = tensor.Current;
            }
            foreach (PlannedTensor tensor in plan.Tensors)
                tensor.Current = PlannedTensor.Choice.None;
        }
        foreach ((PlannedTensor tensor, PlannedTensor.Choice choice) in chosen)
            tensor.Current = choice;
    }

    WeightInitializer Part(in WeightShape shape) => (shape.Role switch
    {
        TensorRole.Bias => shape.LayerIndex == shape.Depth - 1 ? _outputBias : _bias,
        TensorRole.Output => _output,
        _ => shape.EndsBranch ? _branchEnd : shape.LayerIndex == 0 && shape.Depth > 1 ? _first : null,
    }) ?? Hidden;
}
