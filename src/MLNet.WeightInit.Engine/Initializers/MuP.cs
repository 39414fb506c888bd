using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>Maximal update parametrization: variances and learning rates that scale with width so that the best learning rate of a narrow network is the best of a wide one.</summary>
/// <remarks>
/// Yang et al. 2022, table 3 (the form with a rate for each tensor, not that with multipliers in the network, which must not be mixed with it). Relative to a base width, at which all rates are 1 and the network is as usual:
/// hidden and first weights have variance gain² / fan-in, output weights base / fan-in² (or 0). By SGD and its momenta the rates are fan-out / base for the first weights and the hidden biases, base / fan-in for the output's weights, and 1 else; by Adam and
/// what divides each gradient by its size, base / fan-in for hidden and output weights, and 1 else. LAMB, which scales a step to the tensor's norm, needs √(base / fan-in) for hidden weights alone (the spectral condition of Yang,
/// Simon and Bernstein 2023); L-BFGS has no rate, and its tensors are left at 1. Decoupled weight decay is multiplied by the rate, too.
/// </remarks>
public sealed class MuP : InitializationRecipe
{
    const int DefaultBaseWidth = 64;

    static readonly Zeros s_zeros = new();

    /// <param name="baseWidth">Units of the hidden layers of the network whose learning rate was tuned; at least 1. Default: 64.</param>
    /// <param name="zeroOutput">Whether the output's weights start at 0, which the paper recommends where widths are compared. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is below 1.</exception>
    public MuP(int baseWidth = DefaultBaseWidth, bool zeroOutput = false)
    {
        if (baseWidth < 1)
            throw new ArgumentOutOfRangeException(nameof(baseWidth), baseWidth, "The base width must be at least 1: the units of the hidden layers of the network whose learning rate was tuned.");
        BaseWidth = baseWidth;
        ZeroOutput = zeroOutput;
    }

    /// <inheritdoc/>
    public override string Name => "mup";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("base_width", BaseWidth, DefaultBaseWidth).Add("zero_output", ZeroOutput, false).ToString();

    /// <summary>Width at which all rates are 1.</summary>
    public int BaseWidth { get; }

    /// <summary>Whether the output's weights start at 0.</summary>
    public bool ZeroOutput { get; }

    /// <inheritdoc/>
    protected override WeightInitializer Choose(in WeightShape shape)
    {
        if (shape.Role == TensorRole.Bias || ZeroOutput && shape.Role == TensorRole.Output)
            return s_zeros;
        if (shape.Role == TensorRole.Output && shape.LayerIndex > 0)
            return VarianceScaling.LeCun(gain: (float)Math.Sqrt(BaseWidth / shape.Fan(FanMode.FanIn)));
        ActivationTraits traits = ActivationTraits.Of(shape.Activation);
        return traits.Family switch
        {
            ActivationFamily.Rectifier => VarianceScaling.He(negativeSlope: traits.NegativeSlope),
            ActivationFamily.SmoothRectifier or ActivationFamily.ExponentialUnit => VarianceScaling.He(),
            _ => VarianceScaling.LeCun(gain: 1 / traits.OriginSlope),
        };
    }

    /// <inheritdoc/>
    protected override string? Reason(in WeightShape shape) => shape is not { Role: TensorRole.Output, LayerIndex: > 0 } || ZeroOutput ? null
        : string.Create(CultureInfo.InvariantCulture, $"Var W = {BaseWidth} / {shape.FanIn}², base width / fan-in²: the wider the network, the smaller its first outputs, which then change as much a step at any width; σ = {TargetDeviation(shape):G3} (Yang et al. 2022, table 3).");

    /// <summary>Variances by <see cref="Choose"/>, and each tensor's rate by the plan's optimizer.</summary>
    public override void Plan(InitializationPlan plan)
    {
        base.Plan(plan);
        foreach (PlannedTensor tensor in plan.Tensors)
        {
            tensor.LearningRateMultiplier = (float)Rate(tensor.Shape, plan.Optimizer);
            string rate = plan.Optimizer.Split('(')[0] == "L-BFGS" ? "L-BFGS has no learning rate that could be scaled"
                : tensor.LearningRateMultiplier == 1 ? $"{plan.Optimizer} moves it at the learning rate (Yang et al. 2022, table 3)"
                : string.Create(CultureInfo.InvariantCulture, $"{plan.Optimizer} moves it at {tensor.LearningRateMultiplier:G4} of the learning rate (Yang et al. 2022, table 3)");
            tensor.AddToReason($"μP at base width {BaseWidth}: {rate}.");
        }
    }

    double Rate(in WeightShape shape, string optimizer)
    {
        bool isOutput = shape.LayerIndex == shape.Depth - 1, isFirst = shape.LayerIndex == 0, isBias = shape.Role == TensorRole.Bias;
        double up = shape.Fan(FanMode.FanOut) / BaseWidth, down = BaseWidth / shape.Fan(FanMode.FanIn);
        return optimizer.Split('(')[0] switch
        {
            "SGD" or "Momentum" or "Nesterov" => isBias ? isOutput ? 1 : up : isFirst ? isOutput ? 1 : up : isOutput ? down : 1,
            "LAMB" => isBias || isFirst || isOutput ? 1 : Math.Sqrt(down),
            "L-BFGS" => 1,
            _ => isBias || isFirst ? 1 : down,
        };
    }
}
