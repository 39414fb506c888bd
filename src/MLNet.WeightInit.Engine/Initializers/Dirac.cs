using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>A convolution that passes its inputs on unchanged: 1 at the kernel's middle from channel i to channel i, in each group, 0 elsewhere.</summary>
/// <remarks>PyTorch's <c>dirac_</c> with the groups of the shape; as many channels as inputs and outputs of a group have in common. The middle of an even kernel is its later one. A tensor without a kernel gets the identity.</remarks>
public sealed class Dirac : WeightInitializer
{
    /// <inheritdoc/>
    public override string Name => "dirac";

    /// <summary>Root mean square about the mean of all entries, which is what a measured deviation compares with.</summary>
    public override double? TargetDeviation(in WeightShape shape) => TensorMatrix.DiagonalDeviation(shape, 1);

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        TensorMatrix.FillDiagonals(weights, shape, 1);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        int count = TensorMatrix.Of(TensorMatrix.AtOnePosition(shape), 0).DiagonalLength;
        string inputs = string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "input" : "inputs")}{(shape.Blocks > 1 ? $" of each of {shape.Blocks} parts" : "")}");
        return $"A Dirac kernel: {inputs} {(count == 1 && shape.Blocks <= 1 ? "passes" : "pass")} on unmixed.";
    }
}
