using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>A random matrix with orthonormal rows or columns, whichever are fewer, times a gain; drawn evenly (Haar) from all such matrices.</summary>
/// <remarks>
/// Saxe, McClelland and Ganguli 2014. What Householder's QR of a normal matrix gives, each column of Q times the sign of R's diagonal (Mezzadri 2007, section 4), but without the decomposition: the reflections are drawn, not
/// found (Stewart 1980). With more units than inputs the norm of every input is kept; with fewer, a random part of it, units / inputs on average. ReLU needs a gain of √2 and is no isometry even so.
/// Takes 4/3 max · min² multiplications and additions or fewer, and one work matrix of the weights' size. Version 1 decomposed a matrix in double precision and drew other values.
/// A tensor of several gates or groups (<see cref="WeightShape.Gates"/>, <see cref="WeightShape.Groups"/>) gets one such matrix for each; a convolution's kernel is flattened with its inputs, as in PyTorch and Keras.
/// Transposed convolutions are refused with <see cref="KeepVariance"/>: it would hang on their stride.
/// </remarks>
public sealed class Orthogonal : WeightInitializer
{
    /// <param name="gain">From 0 to 1e30. Default: 1.</param>
    /// <param name="keepVariance">Whether a layer with more units than inputs is multiplied by √(units / inputs), so that each unit, not the layer, keeps the mean square of the inputs. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">The gain is outside its range.</exception>
    public Orthogonal(float gain = 1, bool keepVariance = false)
    {
        Gain = ArgumentRules.NotNegative(gain);
        KeepVariance = keepVariance;
    }

    /// <inheritdoc/>
    public override string Name => "orthogonal";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("gain", Gain, 1).Add("keep_variance", KeepVariance, false).ToString();

    /// <summary>2: reflections are drawn, where version 1 found them by decomposing a matrix.</summary>
    public override int Version => 2;

    /// <summary>Every singular value of the matrix, but for <see cref="KeepVariance"/>.</summary>
    public float Gain { get; }

    /// <summary>Whether a layer with more units than inputs is multiplied by √(units / inputs).</summary>
    public bool KeepVariance { get; }

    double GainFor(in WeightShape shape, TensorMatrix matrix)
    {
        if (KeepVariance && shape.IsTransposed)
            throw new ArgumentException("keep_variance must know how many inputs reach an output, which in a transposed convolution hangs on the stride, and a shape has no stride. Use a gain of your own.", nameof(shape));
        (int units, int inputs) = shape.Layout == TensorLayout.OutputsLast ? (matrix.Columns, matrix.Rows) : (matrix.Rows, matrix.Columns);
        return KeepVariance && units > inputs && inputs > 0 ? Gain * Math.Sqrt((double)units / inputs) : Gain;
    }

    /// <summary><c>gain / √max(rows, columns)</c> of each of the tensor's matrices, the root mean square of the entries.</summary>
    public override double? TargetDeviation(in WeightShape shape)
    {
        TensorMatrix matrix = TensorMatrix.Of(shape, 0);
        return GainFor(shape, matrix) / Math.Sqrt(Math.Max(1, Math.Max(matrix.Rows, matrix.Columns)));
    }

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        OrthogonalFill.Fill(weights, shape, random, GainFor(shape, TensorMatrix.Of(shape, 0)));
    }

    /// <inheritdoc/>
    public override long WorkBytes(in WeightShape shape) => OrthogonalFill.WorkBytes(shape);

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
    {
        TensorMatrix matrix = TensorMatrix.Of(shape, 0);
        double gain = GainFor(shape, matrix);
        (int units, int inputs) = shape.Layout == TensorLayout.OutputsLast ? (matrix.Columns, matrix.Rows) : (matrix.Rows, matrix.Columns);
        string values = matrix.DiagonalLength == 1 ? "The only singular value is" : $"All {matrix.DiagonalLength} singular values are";
        string kept = units >= inputs ? $"keeps every input's norm{(gain == 1 ? "" : " times the gain")}"
            : string.Create(CultureInfo.InvariantCulture, $"keeps on average {(double)units / Math.Max(1, inputs):G3} of an input's squared norm{(gain == 1 ? "" : " times the gain's square")}");
        // What a transposed convolution keeps hangs on its stride.
        return string.Create(CultureInfo.InvariantCulture, $"{values} {gain:G4}{(shape.IsTransposed ? "" : $": {kept}")}; σ = {TargetDeviation(shape):G3} (Saxe et al. 2014).");
    }
}
