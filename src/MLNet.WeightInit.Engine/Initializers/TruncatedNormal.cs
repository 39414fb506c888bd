using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Independent normal values, cut at two deviations from their mean or at two given bounds.</summary>
/// <remarks>
/// Without bounds as Keras's and JAX's stand-alone <c>TruncatedNormal</c> and timm's <c>trunc_normal_tf_</c>: the deviation is that before the cut, and the weights' own is 0.87962566 of it; <see cref="VarianceScaling"/> makes up for the cut.
/// PyTorch's <c>trunc_normal_</c> cuts at −2 and 2 themselves, whatever the deviation, so that a small one is not cut at all: <see cref="PyTorch"/>, by name <c>trunc_normal</c>. JAX's <c>lower</c> and <c>upper</c> count deviations: minimum is lower · deviation.
/// Values between bounds are drawn by Robert's rejection (1995, "Simulation of truncated normal variables", propositions 2.3 and 2.4 and section 2.2), exactly, however far from the mean the bounds lie.
/// </remarks>
public sealed class TruncatedNormal : WeightInitializer
{
    readonly TruncatedInterval? _interval;

    /// <summary>Mean 0, cut at ± 2 · deviation.</summary>
    /// <param name="deviation">Standard deviation before the cut; from 0 to 1e30.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is outside its range.</exception>
    public TruncatedNormal(float deviation)
        : this(deviation, 0)
    {
    }

    /// <summary>Cut at mean ± 2 · deviation.</summary>
    /// <param name="deviation">Standard deviation before the cut; from 0 to 1e30.</param>
    /// <param name="mean">From −1e30 to 1e30.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public TruncatedNormal(float deviation, float mean)
    {
        Deviation = ArgumentRules.NotNegative(deviation);
        Mean = ArgumentRules.Bounded(mean);
    }

    /// <summary>Cut at two bounds.</summary>
    /// <param name="deviation">Standard deviation before the cut; above 0, at most 1e30.</param>
    /// <param name="mean">Before the cut; from −1e30 to 1e30, between the bounds or not.</param>
    /// <param name="minimum">Lowest value; from −1e30 to 1e30.</param>
    /// <param name="maximum">Highest value; above <paramref name="minimum"/>, at most 1e30.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range, or a bound lies more than a million deviations from the mean with nothing of the distribution before it.</exception>
    public TruncatedNormal(float deviation, float mean, float minimum, float maximum)
        : this(deviation, mean)
    {
        Minimum = ArgumentRules.Bounded(minimum);
        Maximum = ArgumentRules.Bounded(maximum);
        if (!(deviation > 0))
            throw new ArgumentOutOfRangeException(nameof(deviation), deviation, "The deviation between two bounds must be above 0; for one value everywhere take constant.");
        if (!(maximum > minimum))
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, string.Create(CultureInfo.InvariantCulture, $"The maximum must be above the minimum, which is {minimum}."));
        _interval = new TruncatedInterval(((double)Minimum - Mean) / Deviation, ((double)Maximum - Mean) / Deviation);
        if (_interval.NearestToMean > TruncatedInterval.Farthest)
            throw new ArgumentOutOfRangeException(nameof(minimum), minimum,
                string.Create(CultureInfo.InvariantCulture, $"The bounds {minimum} and {maximum} must be no more than a million deviations from the mean {mean}, or on both sides of it, and the deviation is {deviation}. Raise it, or move the mean."));
    }

    /// <summary>PyTorch's <c>trunc_normal_</c> with its defaults: cut at −2 and 2.</summary>
    /// <param name="deviation">PyTorch's <c>std</c>; above 0, at most 1e30. Default: 1.</param>
    /// <param name="mean">From −1e30 to 1e30. Default: 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static TruncatedNormal PyTorch(float deviation = 1, float mean = 0) => new(deviation, mean, -2, 2);

    /// <inheritdoc/>
    public override string Name => "truncated_normal";

    /// <inheritdoc/>
    public override string Specification
    {
        get
        {
            string mean = Mean == 0 ? "" : $", mean={SpecificationText.Format(Mean)}", bounds = _interval is null ? "" : $", minimum={SpecificationText.Format(Minimum)}, maximum={SpecificationText.Format(Maximum)}";
            return $"truncated_normal(deviation={SpecificationText.Format(Deviation)}{mean}{bounds})";
        }
    }

    /// <summary>Standard deviation before the cut.</summary>
    public float Deviation { get; }

    /// <summary>Mean before the cut.</summary>
    public float Mean { get; }

    /// <summary>Lowest value that was asked for; NaN where the cut is at two deviations.</summary>
    public float Minimum { get; } = float.NaN;

    /// <summary>Highest value that was asked for; NaN where the cut is at two deviations.</summary>
    public float Maximum { get; } = float.NaN;

    /// <summary>What is left after the cut: 0.87962566 · <see cref="Deviation"/> at two deviations.</summary>
    public override double? TargetDeviation(in WeightShape shape) => Deviation * (_interval?.Deviation() ?? VarianceScaling.TruncatedUnitDeviation);

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        if (_interval is not null)
        {
            foreach (ref float weight in weights)
                weight = Math.Clamp((float)(Mean + Deviation * _interval.Draw(random)), Minimum, Maximum);
            return;
        }
        random.FillTruncatedNormal(weights, Deviation);
        if (Mean != 0)
            foreach (ref float weight in weights)
                weight += Mean;
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
        => string.Create(CultureInfo.InvariantCulture, $"N({Mean:G4}, {Deviation:G4}²) cut at {(_interval is null ? "two deviations" : string.Create(CultureInfo.InvariantCulture, $"{Minimum:G4} and {Maximum:G4}"))} was asked for: σ = {TargetDeviation(shape):G3} after the cut, whatever the fan-in ({shape.FanIn}).");
}
