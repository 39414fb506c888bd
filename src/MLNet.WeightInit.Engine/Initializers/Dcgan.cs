using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>DCGAN's start: every weight from a normal of deviation 0.02; zero biases.</summary>
/// <remarks>Radford et al. 2016, section 4. It counts on batch normalization in every hidden layer (<c>Normalization = "batch"</c>), and on leaky ReLU of slope 0.2 in the discriminator. Scales of normalizations start at 1 here.</remarks>
public sealed class Dcgan : InitializationRecipe
{
    const float DefaultDeviation = 0.02f;

    static readonly Zeros s_zeros = new();

    /// <param name="deviation">From 0 to 1e30. Default: 0.02.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is outside its range.</exception>
    public Dcgan(float deviation = DefaultDeviation) => Deviation = ArgumentRules.NotNegative(deviation);

    /// <inheritdoc/>
    public override string Name => "dcgan";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("deviation", Deviation, DefaultDeviation).ToString();

    /// <summary>Standard deviation.</summary>
    public float Deviation { get; }

    /// <inheritdoc/>
    protected override WeightInitializer Choose(in WeightShape shape) => shape.Role == TensorRole.Bias ? s_zeros : new Normal(Deviation);

    /// <inheritdoc/>
    protected override string? Reason(in WeightShape shape) => shape.Role == TensorRole.Bias ? null
        : string.Create(CultureInfo.InvariantCulture, $"N(0, {Deviation:G4}²) for every weight{(shape is { Role: TensorRole.Hidden, IsNormalized: false } ? ", which counts on batch normalization: set Normalization = \"batch\"" : "")} (Radford et al. 2016, section 4).");
}
