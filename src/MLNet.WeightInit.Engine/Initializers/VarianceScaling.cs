using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>Draws zero-mean weights with variance <c>scale / fan</c>; Glorot, He and LeCun are this with other arguments.</summary>
/// <remarks>He et al. 2015, eq. 10 (scale 2, fan-in); Glorot and Bengio 2010, eq. 12 (scale 1, average of the fans); LeCun et al. 1998, eq. 16
/// (scale 1, fan-in). A fan below 1 counts as 1, as in Keras. Keras's names without a distribution mean the uniform ones, and its normal ones are truncated;
/// here a bare name means the normal distribution, as in the papers' formulas.</remarks>
public sealed class VarianceScaling : WeightInitializer
{
    /// <summary>Standard deviation of a unit normal cut at ±2: √(1 − 4 φ(2) / (2 Φ(2) − 1)). Dividing by it gives back the variance that the cut took.</summary>
    internal const double TruncatedUnitDeviation = 0.87962566103423978;

    readonly double _scale;
    readonly float _negativeSlope;

    /// <summary>Variance <c>scale / fan</c>.</summary>
    /// <param name="scale">Variance times fan; from 0 to 1e30. Default: 1.</param>
    /// <param name="mode">What the variance is divided by. Default: the inputs of a unit.</param>
    /// <param name="distribution">Shape of the distribution. Default: normal.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public VarianceScaling(float scale = 1, FanMode mode = FanMode.FanIn, WeightDistribution distribution = WeightDistribution.Normal)
        : this("variance_scaling", ArgumentRules.NotNegative(scale), mode, distribution, 0)
        => Specification = new SpecificationBuilder(Name).Add("scale", scale, 1).Add("mode", mode, FanMode.FanIn)
            .Add("distribution", distribution, WeightDistribution.Normal).ToString();

    VarianceScaling(string name, double scale, FanMode mode, WeightDistribution distribution, float negativeSlope)
    {
        Name = name;
        _scale = scale;
        Mode = ArgumentRules.Defined(mode);
        Distribution = ArgumentRules.Defined(distribution);
        _negativeSlope = negativeSlope;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Specification { get; } = "";

    /// <summary>Variance times fan, with gain and slope worked in: 2 for <c>he</c>.</summary>
    public double Scale => _scale;

    /// <summary>What the variance is divided by.</summary>
    public FanMode Mode { get; }

    /// <summary>Shape of the distribution.</summary>
    public WeightDistribution Distribution { get; }

    /// <summary>Variance <c>gain² · 2 / ((1 + negativeSlope²) · fan)</c>: keeps E z² through ReLU and leaky ReLU (He et al. 2015, eq. 10 and 15).</summary>
    /// <param name="mode">Default: fan-in, which keeps the signal; fan-out keeps the gradient.</param>
    /// <param name="distribution">Default: normal.</param>
    /// <param name="gain">Multiplies the deviation; from 0 to 1e30. Default: 1.</param>
    /// <param name="negativeSlope">Slope of the leaky ReLU that follows (PyTorch's <c>a</c>), not a gain; from −1e30 to 1e30. Default: 0, plain ReLU.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static VarianceScaling He(FanMode mode = FanMode.FanIn, WeightDistribution distribution = WeightDistribution.Normal, float gain = 1, float negativeSlope = 0)
        => new("he", Squared(ArgumentRules.NotNegative(gain)) * 2 / (1 + Squared(ArgumentRules.Bounded(negativeSlope))), mode, distribution,
            new SpecificationBuilder("he").Add("mode", mode, FanMode.FanIn).Add("distribution", distribution, WeightDistribution.Normal)
                .Add("gain", gain, 1).Add("negative_slope", negativeSlope, 0).ToString(), negativeSlope);

    /// <summary>Variance <c>gain² / fan</c> with the average of the fans: a compromise of signal and gradient for activations of slope 1 at 0 (Glorot and Bengio 2010, eq. 12).</summary>
    /// <param name="mode">Default: the average of both fans.</param>
    /// <param name="distribution">Default: normal; <c>uniform</c> is the paper's normalized initialization, eq. 16.</param>
    /// <param name="gain">Multiplies the deviation; from 0 to 1e30. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static VarianceScaling Glorot(FanMode mode = FanMode.FanAvg, WeightDistribution distribution = WeightDistribution.Normal, float gain = 1)
        => new("glorot", Squared(ArgumentRules.NotNegative(gain)), mode, distribution,
            new SpecificationBuilder("glorot").Add("mode", mode, FanMode.FanAvg).Add("distribution", distribution, WeightDistribution.Normal).Add("gain", gain, 1).ToString(), 0);

    /// <summary>Variance <c>gain² / fan</c> with fan-in: keeps E z² through the identity and, with normal draws, through SELU (LeCun et al. 1998, eq. 16; Klambauer et al. 2017).</summary>
    /// <param name="mode">Default: fan-in.</param>
    /// <param name="distribution">Default: normal.</param>
    /// <param name="gain">Multiplies the deviation; from 0 to 1e30. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static VarianceScaling LeCun(FanMode mode = FanMode.FanIn, WeightDistribution distribution = WeightDistribution.Normal, float gain = 1)
        => new("lecun", Squared(ArgumentRules.NotNegative(gain)), mode, distribution,
            new SpecificationBuilder("lecun").Add("mode", mode, FanMode.FanIn).Add("distribution", distribution, WeightDistribution.Normal).Add("gain", gain, 1).ToString(), 0);

    VarianceScaling(string name, double scale, FanMode mode, WeightDistribution distribution, string specification, float negativeSlope)
        : this(name, scale, mode, distribution, negativeSlope)
        => Specification = specification;

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => Math.Sqrt(_scale / shape.Fan(Mode));

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        double deviation = Math.Sqrt(_scale / shape.Fan(Mode));
        switch (Distribution)
        {
            case WeightDistribution.Normal: random.FillNormal(weights, (float)deviation); break;
            case WeightDistribution.Truncated: random.FillTruncatedNormal(weights, (float)(deviation / TruncatedUnitDeviation)); break;
            default: random.FillUniform(weights, limit: (float)(Math.Sqrt(3) * deviation)); break;      // Var U(−a, a) = a² / 3
        }
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        string fan = Mode switch { FanMode.FanIn => "fan-in", FanMode.FanOut => "fan-out", FanMode.FanAvg => "average fan", _ => "geometric mean fan" };
        string law = string.Create(CultureInfo.InvariantCulture, $"Var W = {_scale:G4} / {fan}");
        string figure = string.Create(CultureInfo.InvariantCulture, $"σ = {TargetDeviation(shape):G3} for {fan} {shape.Fan(Mode):G6}");
        return Name switch
        {
            "he" when Mode == FanMode.FanIn && _negativeSlope == 0 => $"ReLU halves E z², so {law} keeps it: {figure} (He et al. 2015, eq. 10).",
            "he" when Mode == FanMode.FanOut && _negativeSlope == 0 => $"ReLU lets half of the gradient through, so {law} keeps it: {figure} (He et al. 2015, eq. 14).",
            "he" => string.Create(CultureInfo.InvariantCulture, $"A leaky ReLU of slope {_negativeSlope:G4} leaves {(1 + Squared(_negativeSlope)) / 2:G4} of E z², so {law} makes up for it: {figure} (He et al. 2015, eq. 15)."),
            "glorot" => $"{law} balances the signal forward and the gradient back for an activation of slope 1 at 0: {figure} (Glorot and Bengio 2010, eq. 12).",
            "lecun" => $"{law} keeps E z² where the activation keeps it: {figure} (LeCun et al. 1998, eq. 16).",
            _ => $"{law}: {figure}.",
        };
    }

    static double Squared(double value) => value * value;
}
