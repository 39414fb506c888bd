using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary><c>gain</c> on the main diagonal, 0 elsewhere; rectangular tensors get the part of it that fits.</summary>
/// <remarks>Nothing is random. With as many units as inputs, each unit passes one input on. Each gate and group has a diagonal of its own (recurrent weights so start as in Le, Jaitly and Hinton 2015), and
/// a convolution has it at its kernel's middle.</remarks>
public sealed class Identity : WeightInitializer
{
    /// <param name="gain">From −1e30 to 1e30. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The gain is outside its range.</exception>
    public Identity(float gain = 1) => Gain = ArgumentRules.Bounded(gain);

    /// <inheritdoc/>
    public override string Name => "identity";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("gain", Gain, 1).ToString();

    /// <summary>The diagonal's value.</summary>
    public float Gain { get; }

    /// <summary>Root mean square about the mean of all entries, which is what a measured deviation compares with.</summary>
    public override double? TargetDeviation(in WeightShape shape) => TensorMatrix.DiagonalDeviation(shape, Gain);

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        TensorMatrix.FillDiagonals(weights, shape, Gain);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
        => string.Create(CultureInfo.InvariantCulture, $"{Gain:G4} · I: {TensorMatrix.Of(TensorMatrix.AtOnePosition(shape), 0).DiagonalLength} of {shape.FanIn / Math.Max(1, shape.KernelSize)} inputs pass on unmixed.");
}
