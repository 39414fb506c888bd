using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Independent normal values with mean 0, cut at two deviations.</summary>
/// <remarks>As Keras's and JAX's stand-alone <c>TruncatedNormal</c>, the deviation is that before the cut: the weights' own is 0.87962566 of it.
/// <see cref="VarianceScaling"/> makes up for the cut. PyTorch's <c>trunc_normal_</c> cuts at ±2, not at two deviations, which for small deviations cuts nothing: use <see cref="Normal"/> for that.</remarks>
public sealed class TruncatedNormal : WeightInitializer
{
    /// <param name="deviation">Standard deviation before the cut; from 0 to 1e30.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is outside its range.</exception>
    public TruncatedNormal(float deviation) => Deviation = ArgumentRules.NotNegative(deviation);

    /// <inheritdoc/>
    public override string Name => "truncated_normal";

    /// <inheritdoc/>
    public override string Specification => $"truncated_normal(deviation={SpecificationText.Format(Deviation)})";

    /// <summary>Standard deviation before the cut.</summary>
    public float Deviation { get; }

    /// <summary>What is left after the cut: 0.87962566 · <see cref="Deviation"/>.</summary>
    public override double? TargetDeviation(in WeightShape shape) => VarianceScaling.TruncatedUnitDeviation * Deviation;

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        random.FillTruncatedNormal(weights, Deviation);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
        => string.Create(CultureInfo.InvariantCulture, $"N(0, {Deviation:G4}²) cut at two deviations was asked for: σ = {TargetDeviation(shape):G3} after the cut, whatever the fan-in ({shape.FanIn}).");
}
