using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>Normal weights, scaled so that the largest singular value is a given number: the layer then stretches no input by more than it.</summary>
/// <remarks>
/// Miyato et al. 2018, algorithm 1, before training instead of during it. The largest singular value is found by power iteration from a drawn vector. That finds a little too small a number, and so leaves one a little too large:
/// after the usual 20 iterations 1 to 3 % for square matrices of some hundred rows, less for others and for more iterations. With <see cref="Scaled"/> it is norm · √(fan-out / fan-in), which lets features and their
/// updates have a size that does not depend on the width (Yang, Simon and Bernstein 2023, condition 1). A tensor of several gates or groups is scaled one by one.
/// </remarks>
public sealed class Spectral : WeightInitializer
{
    const int DefaultIterations = 20, MostIterations = 10_000;

    /// <param name="norm">The largest singular value; from 0 to 1e30. Default: 1.</param>
    /// <param name="scaled">Whether it is multiplied by √(fan-out / fan-in). Default: false.</param>
    /// <param name="iterations">Of the power iteration; from 1 to 10,000. Default: 20.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Spectral(float norm = 1, bool scaled = false, int iterations = DefaultIterations)
    {
        Norm = ArgumentRules.NotNegative(norm);
        Scaled = scaled;
        Iterations = iterations is >= 1 and <= MostIterations ? iterations
            : throw new ArgumentOutOfRangeException(nameof(iterations), iterations, $"The iterations must be a number from 1 to {MostIterations}.");
    }

    /// <inheritdoc/>
    public override string Name => "spectral";

    /// <inheritdoc/>
    public override string Specification => new SpecificationBuilder(Name).Add("norm", Norm, 1).Add("scaled", Scaled, false).Add("iterations", Iterations, DefaultIterations).ToString();

    /// <summary>The largest singular value, but for <see cref="Scaled"/>.</summary>
    public float Norm { get; }

    /// <summary>Whether it is multiplied by √(fan-out / fan-in).</summary>
    public bool Scaled { get; }

    /// <summary>Of the power iteration.</summary>
    public int Iterations { get; }

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentRules.SameCount(weights, shape);
        random.FillNormal(weights, 1);
        if (weights.IsEmpty)
            return;
        RandomSource directions = random.Split("power iteration");
        for (int block = 0; block < shape.Blocks; block++)
        {
            TensorMatrix matrix = TensorMatrix.Of(shape, block);
            // The draws are never 0 all over, and a drawn direction is never orthogonal to the first singular vector, so the estimate is above 0.
            double factor = NormFor(shape) / LargestSingularValue(weights, matrix, directions);
            for (int row = 0; row < matrix.Rows; row++)
                foreach (ref float weight in weights.Slice(matrix.Offset + row * matrix.RowStride, matrix.Columns))
                    weight = (float)(weight * factor);
        }
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
        => string.Create(CultureInfo.InvariantCulture, $"The largest singular value is {NormFor(shape):G4}, by {Iterations} power iterations: no input is stretched by more ({(Scaled ? "Yang et al. 2023, condition 1" : "Miyato et al. 2018")}).");

    /// <summary>Fan-out counts the outputs of all gates and groups, and of a transposed convolution the fans are those of its transpose: the condition is one of each matrix, from its own inputs to its own outputs.</summary>
    double NormFor(in WeightShape shape)
    {
        double ratio = shape.Fan(FanMode.FanOut) / shape.Blocks / shape.Fan(FanMode.FanIn);
        return Scaled ? Norm * Math.Sqrt(shape.IsTransposed ? 1 / ratio : ratio) : Norm;
    }

    /// <summary>‖W v‖ for the unit vector v that the iterations lead to. Sums are in double, each in one order.</summary>
    double LargestSingularValue(ReadOnlySpan<float> weights, TensorMatrix matrix, RandomSource directions)
    {
        var direction = new float[matrix.Columns];
        directions.FillNormal(direction, 1);
        double[] right = [.. direction.Select(value => (double)value)], left = new double[matrix.Rows];
        double stretch = 0;
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            Normalize(right);
            for (int row = 0; row < matrix.Rows; row++)
                left[row] = Dot(weights.Slice(matrix.Offset + row * matrix.RowStride, matrix.Columns), right);
            stretch = Normalize(left);
            Array.Clear(right);
            for (int row = 0; row < matrix.Rows; row++)
                AddMultiple(left[row], weights.Slice(matrix.Offset + row * matrix.RowStride, matrix.Columns), right);
        }
        // ‖Wᵀ u‖ for the last u is nearer still, and is there already.
        return Math.Max(stretch, Normalize(right));
    }

    static double Normalize(double[] vector)
    {
        double square = 0;
        foreach (double value in vector)
            square += value * value;
        double norm = Math.Sqrt(square);
        foreach (ref double value in vector.AsSpan())
            value /= norm;
        return norm;
    }

    /// <summary>Eight sums side by side, then a tree.</summary>
    static double Dot(ReadOnlySpan<float> row, double[] vector)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        int i = 0;
        for (; i <= row.Length - 8; i += 8)
        {
            s0 += row[i] * vector[i];
            s1 += row[i + 1] * vector[i + 1];
            s2 += row[i + 2] * vector[i + 2];
            s3 += row[i + 3] * vector[i + 3];
            s4 += row[i + 4] * vector[i + 4];
            s5 += row[i + 5] * vector[i + 5];
            s6 += row[i + 6] * vector[i + 6];
            s7 += row[i + 7] * vector[i + 7];
        }
        double sum = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
        for (; i < row.Length; i++)
            sum += row[i] * vector[i];
        return sum;
    }

    /// <summary>target += factor · row, element by element.</summary>
    static void AddMultiple(double factor, ReadOnlySpan<float> row, double[] target)
    {
        for (int i = 0; i < row.Length; i++)
            target[i] += factor * row[i];
    }
}
