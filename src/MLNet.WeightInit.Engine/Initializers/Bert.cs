using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>BERT's start: every weight from a normal of deviation 0.02, cut at two deviations; zero biases.</summary>
/// <remarks>Devlin et al. 2019, in the released code (<c>initializer_range</c>); the cut isn't made up for. It counts on normalization: in a plain network of hundreds of units the signal vanishes.</remarks>
public sealed class Bert : InitializationRecipe
{
    const float DefaultDeviation = 0.02f;

    static readonly Zeros s_zeros = new();

    /// <param name="deviation">Before the cut; from 0 to 1e30. Default: 0.02.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is outside its range.</exception>
    public Bert(float deviation = DefaultDeviation) => Deviation = ArgumentRules.NotNegative(deviation);

    /// <inheritdoc/>
    public override string Name => "bert";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("deviation", Deviation, DefaultDeviation).ToString();

    /// <summary>Standard deviation before the cut.</summary>
    public float Deviation { get; }

    /// <inheritdoc/>
    protected override WeightInitializer Choose(in WeightShape shape) => shape.Role == TensorRole.Bias ? s_zeros : new TruncatedNormal(Deviation);

    /// <inheritdoc/>
    protected override string? Reason(in WeightShape shape) => shape.Role == TensorRole.Bias ? null
        : string.Create(CultureInfo.InvariantCulture, $"A normal of σ = {Deviation:G4} cut at two deviations, whatever the fan-in ({shape.FanIn}; Devlin et al. 2019).");
}
