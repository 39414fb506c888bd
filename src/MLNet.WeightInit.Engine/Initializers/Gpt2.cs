using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>GPT-2's start: every weight with a deviation of 0.02, the last ones of each residual branch divided by the root of the number of branches; zero biases.</summary>
/// <remarks>
/// Radford et al. 2019, section 2.3. N transformer blocks have 2N branches (attention and perceptron), so that the factor is 1/√(2N); here a branch is one of <see cref="WeightShape.ResidualBranches"/>. The cut at two deviations isn't made up for,
/// as TensorFlow's stand-alone truncated normal doesn't; the released code draws plain normals: <c>gpt2(distribution=normal)</c>. 0.02 is 1/√fan-in at 2,500 inputs: it suits normalized layers of about that width, and starves others.
/// </remarks>
public sealed class Gpt2 : InitializationRecipe
{
    const float DefaultDeviation = 0.02f;

    static readonly Zeros s_zeros = new();

    /// <param name="deviation">From 0 to 1e30. Default: 0.02.</param>
    /// <param name="distribution">Default: truncated, a normal cut at two deviations.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Gpt2(float deviation = DefaultDeviation, WeightDistribution distribution = WeightDistribution.Truncated)
    {
        Deviation = ArgumentRules.NotNegative(deviation);
        Distribution = ArgumentRules.Defined(distribution);
    }

    /// <inheritdoc/>
    public override string Name => "gpt2";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("deviation", Deviation, DefaultDeviation).Add("distribution", Distribution, WeightDistribution.Truncated).ToString();

    /// <summary>Standard deviation, of a truncated normal before the cut.</summary>
    public float Deviation { get; }

    /// <summary>Shape of the distribution.</summary>
    public WeightDistribution Distribution { get; }

    /// <inheritdoc/>
    protected override WeightInitializer Choose(in WeightShape shape)
    {
        if (shape.Role == TensorRole.Bias)
            return s_zeros;
        float deviation = (float)(Deviation / Math.Sqrt(shape.EndsBranch ? Math.Max(1, shape.ResidualBranches) : 1));
        return Distribution switch
        {
            WeightDistribution.Normal => new Normal(deviation),
            WeightDistribution.Truncated => new TruncatedNormal(deviation),
            _ => new Uniform((float)Math.Min(ArgumentRules.Largest, Math.Sqrt(3) * deviation)),
        };
    }

    string Cut => Distribution == WeightDistribution.Truncated ? " before the cut at two deviations" : "";

    /// <inheritdoc/>
    protected override string? Reason(in WeightShape shape) => shape.Role == TensorRole.Bias ? null
        : shape.EndsBranch ? string.Create(CultureInfo.InvariantCulture, $"σ = {Deviation:G4} / √{shape.ResidualBranches}{Cut}: it ends one of {shape.ResidualBranches} residual branches, whose sum then doesn't grow with their number (Radford et al. 2019, section 2.3).")
        : string.Create(CultureInfo.InvariantCulture, $"σ = {Deviation:G4} for every weight{Cut}, whatever its fan-in ({shape.FanIn}; Radford et al. 2019).");
}
