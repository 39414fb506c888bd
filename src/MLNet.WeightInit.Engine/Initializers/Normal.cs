using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Independent normal values with a mean and a deviation of the caller's.</summary>
/// <remarks>It knows nothing of the fans; <see cref="VarianceScaling"/> does.</remarks>
public sealed class Normal : WeightInitializer
{
    /// <param name="deviation">Standard deviation; from 0 to 1e30.</param>
    /// <param name="mean">From −1e30 to 1e30. Default: 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Normal(float deviation, float mean = 0)
    {
        Deviation = ArgumentRules.NotNegative(deviation);
        Mean = ArgumentRules.Bounded(mean);
    }

    /// <inheritdoc/>
    public override string Name => "normal";

    /// <inheritdoc/>
    public override string Specification => Mean == 0
        ? $"normal(deviation={SpecificationText.Format(Deviation)})"
        : $"normal(deviation={SpecificationText.Format(Deviation)}, mean={SpecificationText.Format(Mean)})";

    /// <summary>Standard deviation.</summary>
    public float Deviation { get; }

    /// <summary>Mean.</summary>
    public float Mean { get; }

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => Deviation;

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        random.FillNormal(weights, Mean, Deviation);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
        => string.Create(CultureInfo.InvariantCulture, $"N({Mean:G4}, {Deviation:G4}²) was asked for, whatever the fan-in ({shape.FanIn}).");
}
