using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Kernels.Activations;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Normal weights and biases at the edge of chaos: their variances keep the signal's size and the gradient's together, for any activation, by quadrature.</summary>
/// <remarks>
/// Poole et al. 2016; Schoenholz et al. 2017, section 3: σw² = 1 / E φ′(√q* z)², so that χ₁ = 1, and σb² = q* − σw² E φ(√q* z)², so that a variance of q* stays. Where the activation has a point at which dq′/dq = 1 too ("half-stable"; GELU at
/// q* = 3.56, SiLU at 14.3), that is taken: elsewhere such activations let errors of the variance grow from layer to layer. Rectifiers and the identity are critical at every q*, with no bias: He's and LeCun's rule. Others, such as tanh,
/// get q* = 1, or the smallest larger one that a variance of the biases exists for. The first layer's variance brings the features to q*; the output starts small. For deep plain networks; softplus has no such point, and normalized layers don't need one.
/// </remarks>
public sealed class EdgeOfChaos : WeightInitializer
{
    /// <summary>Half of 0.1, as <see cref="Auto"/> has it.</summary>
    const float LogitVariance = 0.05f;

    /// <summary>Chooses q* by the activation.</summary>
    public EdgeOfChaos()
    {
    }

    /// <summary>At a given q*.</summary>
    /// <param name="variance">E z² that the network keeps, q*; from 1e-6 to 1e6.</param>
    /// <exception cref="ArgumentOutOfRangeException">The variance is outside its range.</exception>
    public EdgeOfChaos(float variance)
    {
        if (!(variance is >= 1e-6f and <= 1e6f))
            throw new ArgumentOutOfRangeException(nameof(variance), variance, "The variance, q*, must be a number from 1e-6 to 1e6; leave it out for the half-stable point where there is one.");
        Variance = variance;
    }

    /// <inheritdoc/>
    public override string Name => "edge_of_chaos";

    /// <inheritdoc/>
    public override string Specification => Variance is { } variance ? $"{Name}(variance={SpecificationText.Format(variance)})" : Name;

    /// <summary>E z² that the network keeps, q*; null where the activation decides.</summary>
    public float? Variance { get; }

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => Rule(shape).TargetDeviation(shape);

    /// <summary>Var W = σw² / fan-in for the activation that follows, and Var b = σb² for a bias.</summary>
    /// <exception cref="ArgumentException">The activation is unknown, or has no such point.</exception>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => Rule(shape).Fill(weights, shape, random);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The activation is unknown, or has no such point.</exception>
    public override void Plan(InitializationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        double features = plan.FeatureSecondMoment is > 1e-12 and < 1e12 ? plan.FeatureSecondMoment : 1, signal = features;
        for (int layer = 0; layer < plan.Weights.Count; layer++)
        {
            PlannedTensor weights = plan.Weights[layer], biases = plan.Biases[layer];
            if (weights.Shape.Role == TensorRole.Output)
            {
                weights.Use(new SmallLogits(LogitVariance, (float)Math.Clamp(signal, 1e-30, ArgumentRules.Largest)));
                biases.Use(new Zeros());
                continue;
            }
            CriticalPoint point = PointOf(weights.Shape);
            // The layers behind read E φ² at q*, and σw² of it with σb² is q*; the first one reads features, which need another σw².
            double scale = layer == 0 && !point.IsHomogeneous ? (point.Variance - point.BiasVariance) / features : point.WeightVariance;
            var rule = new VarianceScaling((float)scale);
            string first = layer == 0 && !point.IsHomogeneous ? string.Create(CultureInfo.InvariantCulture, $" The first layer reads E x² = {features:G3}, so its σw² is {scale:G6}.") : "";
            weights.Use(rule, Explain(weights.Shape) + first);
            biases.Use(new Normal((float)Math.Sqrt(point.BiasVariance)), string.Create(CultureInfo.InvariantCulture, $"σb² = {point.BiasVariance:G6} keeps q* = {point.Variance:G6} (Schoenholz et al. 2017)."));
            signal = point.IsHomogeneous ? features : (point.Variance - point.BiasVariance) / point.WeightVariance;
        }
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        CriticalPoint point = PointOf(shape);
        string stability = point.IsHomogeneous ? "every variance stays"
            : point.IsHalfStable ? "dq′/dq = 1 there, too, so that the variance neither runs away nor is pulled back"
            : string.Create(CultureInfo.InvariantCulture, $"dq′/dq = {point.Slope:G4} there: {(point.Slope > 1.0005 ? "errors of the variance grow by that a layer" : point.Slope >= 0.9995 ? "errors of the variance stay as they are" : "errors of the variance die out")}");
        return string.Create(CultureInfo.InvariantCulture, $"Edge of chaos of {shape.Activation} at q* = {point.Variance:G6}: σw² = {point.WeightVariance:G6}, σb² = {point.BiasVariance:G6} make χ₁ = 1, so that gradients keep their size; {stability} (Schoenholz et al. 2017).");
    }

    CriticalPoint PointOf(in WeightShape shape) => CriticalPoint.Of(shape.Activation, Variance);

    WeightInitializer Rule(in WeightShape shape)
    {
        CriticalPoint point = PointOf(shape);
        return shape.Role == TensorRole.Bias ? new Normal((float)Math.Sqrt(point.BiasVariance)) : new VarianceScaling((float)point.WeightVariance);
    }
}
