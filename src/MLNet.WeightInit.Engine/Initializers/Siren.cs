using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>SIREN's weights for networks with the sine as activation: uniform, the first layer by a frequency, the others so that what reaches each sine keeps a variance of 1.</summary>
/// <remarks>
/// Sitzmann et al. 2020, sections 3.2 and 8.1: the layers are sin(ω₀ (W x + b)) with W uniform in ±1 / fan-in for the first layer and in ±√(6 / fan-in) / ω₀ for the others. Here the activation is sin(z), so ω₀ is worked into the weights
/// and biases of the hidden layers, by default: the function is the same, and a step of a given rate is smaller by ω₀ (Adam) or ω₀² (SGD). Biases are U(−1, 1) / √fan-in before that, as in the authors' code. ω₀ = 30 suits
/// coordinates from −1 to 1 of images and sound; for features in a table it fits noise: take 1 to 5.
/// </remarks>
public sealed class Siren : InitializationRecipe
{
    /// <param name="frequency">ω₀; from 1e-6 to 1e6. Default: 30.</param>
    /// <param name="folded">Whether the weights hold ω₀, for an activation of sin(z). Default: true; false for sin(ω₀ z) elsewhere.</param>
    /// <exception cref="ArgumentOutOfRangeException">The frequency is outside its range.</exception>
    public Siren(float frequency = 30, bool folded = true)
    {
        if (!(frequency is >= 1e-6f and <= 1e6f))
            throw new ArgumentOutOfRangeException(nameof(frequency), frequency, "The frequency must be a number from 1e-6 to 1e6; 30 is the paper's, for coordinates from −1 to 1.");
        Frequency = frequency;
        Folded = folded;
    }

    /// <inheritdoc/>
    public override string Name => "siren";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("frequency", Frequency, 30).Add("folded", Folded, true).ToString();

    /// <summary>ω₀.</summary>
    public float Frequency { get; }

    /// <summary>Whether the weights hold ω₀.</summary>
    public bool Folded { get; }

    /// <inheritdoc/>
    protected override WeightInitializer Choose(in WeightShape shape) => new Uniform((float)Limit(shape));

    /// <inheritdoc/>
    protected override string? Reason(in WeightShape shape)
    {
        string figure = string.Create(CultureInfo.InvariantCulture, $"±{Limit(shape):G4} for fan-in {shape.FanIn}");
        string factor = FactorOf(shape) == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", times ω₀ = {Frequency:G4} since the activation is sin(z)");
        string rule = shape.Role == TensorRole.Bias ? $"U(−1, 1) / √fan-in{factor}: phases as in the authors' code"
            : IsFirst(shape) ? $"U(−1, 1) / fan-in{factor}: the first layer sets the frequencies"
            : $"U(−1, 1) · √(6 / fan-in) / ω₀{factor}: what reaches a sine keeps its distribution at any depth";
        string advice = SpecificationText.Normalize(ActivationTraits.Of(shape.Activation).Name) is "sin" or "sine" || shape.LayerIndex == shape.Depth - 1 ? "" : $" The rule is derived for the sine, and {shape.Activation} follows: set Activation = \"Sin\".";
        return $"{rule}; {figure} (Sitzmann et al. 2020).{advice}";
    }

    double Limit(in WeightShape shape)
    {
        double fan = shape.Fan(FanMode.FanIn);
        double limit = shape.Role == TensorRole.Bias ? 1 / Math.Sqrt(fan) : IsFirst(shape) ? 1 / fan : Math.Sqrt(6 / fan) / Frequency;
        return limit * FactorOf(shape);
    }

    /// <summary>ω₀ for tensors whose sums go into a sine.</summary>
    double FactorOf(in WeightShape shape) => Folded && (shape.LayerIndex < shape.Depth - 1 || shape is { Depth: <= 1, Role: TensorRole.Hidden }) ? Frequency : 1;

    static bool IsFirst(in WeightShape shape) => shape is { LayerIndex: 0, Role: TensorRole.Hidden };
}
