using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Rows of random direction and equal length, and biases spread evenly, so that the units' active regions cover the range of the inputs: MATLAB's <c>initnw</c>, the default of Encog and MATLAB.</summary>
/// <remarks>
/// Nguyen and Widrow 1990; MATLAB's <c>initnw</c>: ‖w_i‖ = β = 0.7 · H^(1/n) for H units and n inputs from −1 to 1, b_i = β · (−1 … 1, evenly) · sign(w_i1), and then both are scaled from the active region [−1, 1] to the
/// activation's ([−4, 4] for the sigmoid, [−2, 2] for tanh and what resembles it, [−1, 1] for hard-tanh and all others) and from inputs in [−1, 1] to their range. Directions are uniform on the sphere. A network's first layer takes
/// the range from the data where none is given: a uniform with the features' E x², ±√(3 E x²). Later ones take their activation's: −1 to 1, or 0 to 1 for those that are never negative. The output layer's weights are U(−½, ½), as in
/// the paper. For networks with one hidden layer and few inputs: with many, units overlap whatever their directions. The units of each gate and group cover the range on their own; a convolution's kernel counts as that many inputs.
/// </remarks>
public sealed class NguyenWidrow : WeightInitializer
{
    static readonly Uniform s_output = new(0.5f);

    readonly bool _hasRange;

    /// <summary>Inputs from −1 to 1; in a network, from the data.</summary>
    public NguyenWidrow() => (Minimum, Maximum) = (-1, 1);

    /// <summary>Inputs of a given range.</summary>
    /// <param name="minimum">Of each input; from −1e30 to 1e30.</param>
    /// <param name="maximum">Of each input; above the minimum by 1e-30 at least, at most 1e30.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is outside its range, or the maximum is not above the minimum.</exception>
    public NguyenWidrow(float minimum, float maximum)
    {
        Minimum = ArgumentRules.Bounded(minimum);
        Maximum = ArgumentRules.Bounded(maximum);
        if (!((double)Maximum - Minimum >= 1e-30))
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, string.Create(CultureInfo.InvariantCulture, $"The maximum must be above the minimum, {minimum:R}: units can't cover a range of a single point."));
        _hasRange = true;
    }

    /// <inheritdoc/>
    public override string Name => "nguyen_widrow";

    /// <inheritdoc/>
    public override string Specification => _hasRange ? $"{Name}(minimum={SpecificationText.Format(Minimum)}, maximum={SpecificationText.Format(Maximum)})" : Name;

    /// <summary>Of each input.</summary>
    public float Minimum { get; }

    /// <summary>Of each input.</summary>
    public float Maximum { get; }

    /// <summary>Root mean square of the entries: the rows' length over √inputs.</summary>
    public override double? TargetDeviation(in WeightShape shape)
        => shape.Role == TensorRole.Output ? s_output.TargetDeviation(shape)
            : shape.Role == TensorRole.Bias ? null
            : LengthOf(shape, TensorAxes.Of(shape)) / Math.Sqrt(Math.Max(1, TensorAxes.Of(shape).UnitLength));

    /// <summary>The draws, where memory has the outputs last.</summary>
    public override long WorkBytes(in WeightShape shape) => shape.Role is TensorRole.Output or TensorRole.Bias ? 0 : TensorAxes.Of(shape).OrderBytes;

    /// <summary>Rows of one length; a bias vector on its own gets the even spread without the weights' signs.</summary>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        if (shape.Role == TensorRole.Output)
        {
            s_output.Fill(weights, shape, random);
            return;
        }
        if (shape.Role == TensorRole.Bias)
        {
            int units = TensorMatrix.Of(shape, 0).Rows;
            double reach = Length(units, shape.FanIn, shape.Activation);
            for (int unit = 0; unit < weights.Length; unit++)
                weights[unit] = (float)Math.Min(ArgumentRules.Largest, reach * Spread(unit % units, units));
            return;
        }
        TensorAxes axes = TensorAxes.Of(shape);
        Span<float> ordered = axes.Ordered(weights);
        random.FillNormal(ordered, 1);
        double length = LengthOf(shape, axes);
        for (int unit = 0; unit < axes.Blocks * axes.Units; unit++)
        {
            Span<float> row = ordered.Slice(unit * axes.UnitLength, axes.UnitLength);
            double squares = 0;
            foreach (float value in row)
                squares += (double)value * value;
            for (int i = 0; i < row.Length; i++)
                row[i] = (float)(row[i] * (squares > 0 ? length / Math.Sqrt(squares) : 0));
        }
        axes.PutBack(ordered, weights);
    }

    /// <inheritdoc/>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        NguyenWidrow rule = _hasRange || !(plan.FeatureSecondMoment is > 1e-12 and < 1e12) ? this : Of(Math.Sqrt(3 * plan.FeatureSecondMoment));
        for (int layer = 0; layer < plan.Weights.Count; layer++)
        {
            PlannedTensor weights = plan.Weights[layer];
            if (weights.Shape.Role == TensorRole.Output)
            {
                weights.Use(s_output, "Small uniform weights behind the hidden layers (Nguyen and Widrow 1990).");
                plan.Biases[layer].Use(new Zeros());
                continue;
            }
            weights.Use(rule);
            plan.Biases[layer].UseBeside(weights, new NguyenWidrowBias(rule, weights), $"Spread evenly over the active regions of {weights.Name}, each with the sign of the first weight that this rule draws for its unit (MATLAB's initnw).");
            rule = ActivationTraits.Of(weights.Shape.Activation).Family is ActivationFamily.Sigmoid or ActivationFamily.Rectifier or ActivationFamily.SmoothRectifier or ActivationFamily.Softplus
                ? new NguyenWidrow(0, 1)
                : Of(1);
        }
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => shape.Role == TensorRole.Output
        ? "U(−½, ½) behind the hidden layers (Nguyen and Widrow 1990)."
        : string.Create(CultureInfo.InvariantCulture, $"Each of {UnitsOf(shape)} units has weights of length {Length(UnitsOf(shape), shape.FanIn, shape.Activation) * InputScale:G4} in a random direction, so that the units' active regions cover inputs from {Minimum:G4} to {Maximum:G4} (Nguyen and Widrow 1990).");

    /// <summary>From inputs in [−1, 1] to their range.</summary>
    double InputScale => 2 / ((double)Maximum - Minimum);

    /// <summary>What the weights, each already scaled to the range, are multiplied by for the middle of the range to be where 0 was.</summary>
    internal double Shift => -((double)Maximum + Minimum) / 2;

    double LengthOf(in WeightShape shape, TensorAxes axes) => Math.Min(ArgumentRules.Largest, Length(axes.Units, axes.UnitLength, shape.Activation) * InputScale);

    static int UnitsOf(in WeightShape shape) => TensorAxes.Of(shape).Units;

    static NguyenWidrow Of(double limit) => new((float)-limit, (float)limit);

    /// <summary>β times half of the active region.</summary>
    internal static double Length(int units, int inputs, string activation)
    {
        ActivationTraits traits = ActivationTraits.Of(activation);
        double half = traits.Family switch
        {
            ActivationFamily.Sigmoid => 4,
            ActivationFamily.OddBounded when SpecificationText.Normalize(traits.Name) != "hardtanh" => 2,
            _ => 1,
        };
        return units == 0 ? 0 : half * 0.7 * ScalarMath.Exp(ScalarMath.Log(units) / Math.Max(1, inputs));
    }

    /// <summary>−1 for the first unit to 1 for the last, evenly; 0 for a single one.</summary>
    internal static double Spread(int unit, int units) => units == 1 ? 0 : -1 + 2.0 * unit / (units - 1);
}
