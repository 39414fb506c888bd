using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit;

/// <summary>Normal weights whose gain makes up for finite width: it keeps the mean of ln ‖h‖² over networks, which the usual gains let fall with each layer.</summary>
/// <remarks>
/// Sussillo and Abbott 2014, section 3: W = g · N(0, 1 / fan-in) with g = e^(1 / 2N) for linear layers and g = √2 · e^(1.2 / (max(N, 6) − 2.4)) for ReLU, N units. ln ‖h‖² of one network walks at random with
/// depth; E ‖h‖² is kept by √2 too, but the typical network's norm falls by e^(−5 / 2N) a layer. The paper gives no formula for other activations. Leaky ReLU gets the second-order term of the same
/// expansion, e^((κ − 1) / 4N) with κ = E φ⁴ / (E φ²)², which is 1.25 / N for ReLU and 1 / 2N for linear layers; what resembles ReLU gets ReLU's; all else is taken as linear with its slope at 0. N counts the units of one gate or group.
/// </remarks>
public sealed class RandomWalk : WeightInitializer
{
    /// <param name="gain">Multiplies the rule's own gain, to be tuned about 1 as the paper does; from 0 to 1e30. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The gain is outside its range.</exception>
    public RandomWalk(float gain = 1) => Gain = ArgumentRules.NotNegative(gain);

    /// <inheritdoc/>
    public override string Name => "random_walk";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("gain", Gain, 1).ToString();

    /// <summary>Multiplies the rule's own gain.</summary>
    public float Gain { get; }

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => Gain * RuleOf(shape).Gain / Math.Sqrt(shape.Fan(FanMode.FanIn));

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        random.FillNormal(weights, (float)Math.Min(ArgumentRules.Largest, TargetDeviation(shape)!.Value));
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        (double gain, string taken) = RuleOf(shape);
        return string.Create(CultureInfo.InvariantCulture, $"{taken}: a gain of {Gain * gain:G5} for {TensorAxes.Of(shape).Units} units keeps the mean of ln ‖h‖², so that the typical network's signal doesn't fall with depth; σ = {TargetDeviation(shape):G3} (Sussillo and Abbott 2014).");
    }

    static (double Gain, string Taken) RuleOf(in WeightShape shape)
    {
        int units = Math.Max(1, TensorAxes.Of(shape).Units);
        ActivationTraits traits = ActivationTraits.Of(shape.Activation);
        double slope = traits.NegativeSlope, squared = slope * slope;
        return traits.Family switch
        {
            ActivationFamily.Rectifier when slope != 0 => (Math.Sqrt(2 / (1 + squared)) * ScalarMath.Exp((6 * (1 + squared * squared) / ((1 + squared) * (1 + squared)) - 1) / (4 * Math.Max(units, 6))), "Leaky ReLU by second order"),
            ActivationFamily.Rectifier => (Relu(units), "ReLU"),
            ActivationFamily.SmoothRectifier => (Relu(units), $"{traits.Name} taken as ReLU"),
            ActivationFamily.Identity => (Linear(units), "A linear layer"),
            _ => (Linear(units) / traits.OriginSlope, $"{traits.Name} taken as linear"),
        };
    }

    static double Linear(int units) => ScalarMath.Exp(1 / (2.0 * units));

    static double Relu(int units) => Math.Sqrt(2) * ScalarMath.Exp(1.2 / (Math.Max(units, 6) - 2.4));
}
