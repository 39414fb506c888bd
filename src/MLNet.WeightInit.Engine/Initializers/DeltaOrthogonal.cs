using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>A convolution kernel that is 0 but for its middle, where a random orthogonal matrix mixes the channels: each position of a signal keeps its norm.</summary>
/// <remarks>Xiao et al. 2018, algorithm 1: what let a convolution network of 10,000 layers train. It is an isometry where a group has at least as many outputs as inputs; with fewer, a random part of the
/// norm is kept, outputs / inputs on average. A tensor without a kernel is filled as <see cref="Orthogonal"/> fills it.</remarks>
public sealed class DeltaOrthogonal : WeightInitializer
{
    readonly Orthogonal _orthogonal;

    /// <param name="gain">From 0 to 1e30. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The gain is outside its range.</exception>
    public DeltaOrthogonal(float gain = 1) => _orthogonal = new Orthogonal(gain);

    /// <inheritdoc/>
    public override string Name => "delta_orthogonal";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("gain", Gain, 1).ToString();

    /// <summary>Every singular value of the middle's matrix.</summary>
    public float Gain => _orthogonal.Gain;

    /// <summary>Root mean square of all entries, those that are 0 included.</summary>
    public override double? TargetDeviation(in WeightShape shape) => _orthogonal.TargetDeviation(TensorMatrix.AtOnePosition(shape)) / Math.Sqrt(Math.Max(1, shape.KernelSize));

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        WeightShape middle = TensorMatrix.AtOnePosition(shape);
        _orthogonal.Fill(weights[..(int)middle.Count], middle, random);
        TensorMatrix.MoveToCenter(weights, shape);
    }

    /// <inheritdoc/>
    public override long WorkBytes(in WeightShape shape) => OrthogonalFill.WorkBytes(TensorMatrix.AtOnePosition(shape));

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        TensorMatrix middle = TensorMatrix.Of(TensorMatrix.AtOnePosition(shape), 0);
        bool rowsAreOutputs = shape.Layout == TensorLayout.OutputsFirst != shape.IsTransposed;
        (int inputs, int outputs) = rowsAreOutputs ? (middle.Columns, middle.Rows) : (middle.Rows, middle.Columns);
        int count = middle.DiagonalLength;
        string values = string.Create(CultureInfo.InvariantCulture, $"{count} singular {(count == 1 ? "value" : "values")} of {Gain:G4}");
        string loss = inputs > outputs ? string.Create(CultureInfo.InvariantCulture, $" With {outputs} outputs for {inputs} inputs it can't keep norms: {outputs} / {inputs} of their squares is kept on average.") : "";
        return (shape.KernelSize > 1 ? string.Create(CultureInfo.InvariantCulture, $"Only the middle of {shape.KernelSize} positions is not 0: {values} there (Xiao et al. 2018, algorithm 1).")
            : $"A dense layer is the middle alone: {values} (Xiao et al. 2018, algorithm 1).") + loss;
    }
}
