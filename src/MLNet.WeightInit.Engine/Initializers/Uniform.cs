using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Independent uniform values on an interval of the caller's.</summary>
/// <remarks>It knows nothing of the fans; <see cref="VarianceScaling"/> does. Libraries differ in their default interval and none is good, so there is none here.</remarks>
public sealed class Uniform : WeightInitializer
{
    readonly bool _isSymmetric;

    /// <summary>U(−limit, limit), open on both ends.</summary>
    /// <param name="limit">From 0 to 1e30.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is outside its range.</exception>
    public Uniform(float limit)
    {
        Maximum = ArgumentRules.NotNegative(limit);
        Minimum = -limit;
        _isSymmetric = true;
    }

    /// <summary>U(minimum, maximum).</summary>
    /// <param name="minimum">From −1e30 to 1e30.</param>
    /// <param name="maximum">At least the minimum, at most 1e30.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is outside its range, or the maximum is below the minimum.</exception>
    public Uniform(float minimum, float maximum)
    {
        Minimum = ArgumentRules.Bounded(minimum);
        Maximum = ArgumentRules.Bounded(maximum);
        if (maximum < minimum)
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, string.Create(CultureInfo.InvariantCulture, $"The maximum must be at least the minimum, {minimum:R}."));
    }

    /// <inheritdoc/>
    public override string Name => "uniform";

    /// <inheritdoc/>
    public override string Specification => _isSymmetric
        ? $"uniform(limit={SpecificationText.Format(Maximum)})"
        : $"uniform(minimum={SpecificationText.Format(Minimum)}, maximum={SpecificationText.Format(Maximum)})";

    /// <summary>Lower end.</summary>
    public float Minimum { get; }

    /// <summary>Upper end.</summary>
    public float Maximum { get; }

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => ((double)Maximum - Minimum) / Math.Sqrt(12);

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        if (_isSymmetric)
            random.FillUniform(weights, Maximum);
        else
            random.FillUniform(weights, Minimum, Maximum);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
        => string.Create(CultureInfo.InvariantCulture, $"U({Minimum:G4}, {Maximum:G4}) was asked for: σ = {TargetDeviation(shape):G3}, whatever the fan-in ({shape.FanIn}).");
}
