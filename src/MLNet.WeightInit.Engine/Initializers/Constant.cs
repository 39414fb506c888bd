using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>All values the same number: for biases. As weights it leaves all units of a layer equal for ever.</summary>
public sealed class Constant : WeightInitializer
{
    /// <param name="value">Any finite number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public Constant(float value)
    {
        if (!float.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, "The value must be a finite number.");
        Value = value;
    }

    /// <inheritdoc/>
    public override string Name => "constant";

    /// <inheritdoc/>
    public override string Specification => $"constant(value={SpecificationText.Format(Value)})";

    /// <summary>The number that every weight or bias starts as.</summary>
    public float Value { get; }

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape) => 0;

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        weights.Fill(Value);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => Explain(shape, Value);

    internal static string Explain(in WeightShape shape, float value) => shape.Role == TensorRole.Bias
        ? string.Create(CultureInfo.InvariantCulture, $"Every bias starts at {value:G4}.")
        : string.Create(CultureInfo.InvariantCulture, $"Every weight starts at {value:G4}: all units of the layer are equal, and training keeps them so.");
}
