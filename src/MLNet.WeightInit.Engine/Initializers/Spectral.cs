using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;

namespace MLNet.WeightInit;

/// <summary>Normal weights, scaled so that the largest singular value is a given number: the layer then stretches no input by more than it.</summary>
/// <remarks>
/// Miyato et al. 2018, algorithm 1, before training instead of during it. The largest singular value is found by Golub's and Kahan's bidiagonalization (1965, section 3) from a drawn vector, which takes a step's two products as the power iteration does and is nearer after each: it goes on
/// until ten steps change the value by less than 10⁻⁷ of it, some 20 to 100 steps, or for as many as are asked for. (Version 1 iterated powers, and after 20 of them left square matrices of some hundred rows 1 to 4 % too large.) With <see cref="Scaled"/> it is norm · √(fan-out / fan-in), which lets features and their
/// updates have a size that does not depend on the width (Yang, Simon and Bernstein 2023, condition 1). A tensor of several gates or groups is scaled one by one.
/// </remarks>
public sealed class Spectral : WeightInitializer
{
    const int DefaultIterations = 1000, MostIterations = 10_000;

    /// <summary>Steps between two looks at the value, and its relative change that ends them.</summary>
    const int StepsBetweenLooks = 10;
    const double Tolerance = 1e-7;

    /// <param name="norm">The largest singular value; from 0 to 1e30. Default: 1.</param>
    /// <param name="scaled">Whether it is multiplied by √(fan-out / fan-in). Default: false.</param>
    /// <param name="iterations">Steps of the bidiagonalization at most; from 1 to 10,000. Default: 1000, which no matrix but those of thousands of rows comes near.</param>
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

    /// <inheritdoc/>
    public override int Version => 2;

    /// <summary>Steps of the bidiagonalization at most.</summary>
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
        TensorMatrix first = TensorMatrix.Of(shape, 0);
        var drawn = new float[first.Columns];
        double[] right = new double[first.Columns], left = new double[first.Rows], next = new double[Math.Max(first.Columns, first.Rows)];
        for (int block = 0; block < shape.Blocks; block++)
        {
            TensorMatrix matrix = TensorMatrix.Of(shape, block);
            // The draws are never 0 all over, and a drawn direction is never orthogonal to the first singular vector, so the estimate is above 0.
            double factor = NormFor(shape) / LargestSingularValue(weights, matrix, directions, drawn, right, left, next);
            for (int row = 0; row < matrix.Rows; row++)
                foreach (ref float weight in weights.Slice(matrix.Offset + row * matrix.RowStride, matrix.Columns))
                    weight = (float)(weight * factor);
        }
    }

    /// <summary>The bidiagonalization's vectors.</summary>
    public override long WorkBytes(in WeightShape shape)
    {
        TensorMatrix matrix = TensorMatrix.Of(shape, 0);
        return (sizeof(float) + sizeof(double)) * (long)matrix.Columns + sizeof(double) * (long)matrix.Rows + sizeof(double) * (Math.Max(matrix.Columns, matrix.Rows) + 2L * StepsOf(matrix));
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape)
        => string.Create(CultureInfo.InvariantCulture, $"The largest singular value is {NormFor(shape):G4}: no input is stretched by more ({(Scaled ? "Yang et al. 2023, condition 1" : "Miyato et al. 2018")}).");

    /// <summary>Fan-out counts the outputs of all gates and groups, and of a transposed convolution the fans are those of its transpose: the condition is one of each matrix, from its own inputs to its own outputs.</summary>
    double NormFor(in WeightShape shape)
    {
        double ratio = shape.Fan(FanMode.FanOut) / shape.Blocks / shape.Fan(FanMode.FanIn);
        return Scaled ? Norm * Math.Sqrt(shape.IsTransposed ? 1 / ratio : ratio) : Norm;
    }

    /// <summary>That of the bidiagonal matrix Uᵀ W V, which comes up to W's from below. Sums are in double, each in one order.</summary>
    double LargestSingularValue(ReadOnlySpan<float> weights, TensorMatrix matrix, RandomSource directions, float[] drawn, double[] right, double[] left, double[] next)
    {
        directions.FillNormal(drawn, 1);
        for (int i = 0; i < drawn.Length; i++)
            right[i] = drawn[i];
        Normalize(right);
        Array.Clear(left);
        int most = StepsOf(matrix);
        double[] diagonal = new double[most], beside = new double[most];
        double found = 0, above = 0;
        int steps = 0;
        while (true)
        {
            // u = W v − β u, v = Wᵀ u − α v.
            for (int row = 0; row < matrix.Rows; row++)
                left[row] = Dot(weights.Slice(matrix.Offset + row * matrix.RowStride, matrix.Columns), right) - above * left[row];
            diagonal[steps] = Normalize(left);
            Array.Clear(next, 0, right.Length);
            for (int row = 0; row < matrix.Rows; row++)
                AddMultiple(left[row], weights.Slice(matrix.Offset + row * matrix.RowStride, matrix.Columns), next);
            for (int column = 0; column < right.Length; column++)
                right[column] = next[column] - diagonal[steps] * right[column];
            above = beside[steps] = Normalize(right);
            steps++;
            bool isLast = steps == most || !(diagonal[steps - 1] > 0) || !(above > 0);
            if (steps % StepsBetweenLooks != 0 && !isLast)
                continue;
            double value = LargestOfBidiagonal(diagonal, beside, steps);
            if (isLast || value - found <= Tolerance * value)
                return value;
            found = value;
        }
    }

    /// <summary>Beyond one a singular value there is nothing left to find.</summary>
    int StepsOf(TensorMatrix matrix) => Math.Min(Iterations, matrix.DiagonalLength + 1);

    /// <summary>√ of the largest eigenvalue of BᵀB, by bisection: it is below x where no pivot of BᵀB − x is positive (Sturm).</summary>
    static double LargestOfBidiagonal(double[] diagonal, double[] beside, int steps)
    {
        double low = 0, high = 0;
        for (int i = 0; i < steps; i++)
            high = Math.Max(high, diagonal[i] + beside[i]);
        (low, high) = (0, 4 * high * high);                    // Gershgorin's discs of BᵀB, and more
        for (int halving = 0; halving < 100 && low < high; halving++)
        {
            double middle = (low + high) / 2;
            if (middle == low || middle == high)
                break;
            if (IsAboveAll(middle))
                high = middle;
            else
                low = middle;
        }
        return Math.Sqrt(high);

        bool IsAboveAll(double x)
        {
            double pivot = 1;
            for (int i = 0; i < steps; i++)
            {
                double over = i == 0 ? 0 : beside[i - 1], product = i == 0 ? 0 : diagonal[i - 1] * over;
                pivot = diagonal[i] * diagonal[i] + over * over - x - product * product / pivot;
                if (pivot >= 0)
                    return false;
            }
            return true;
        }
    }

    static double Normalize(double[] vector)
    {
        double square = 0;
        foreach (double value in vector)
            square += value * value;
        double norm = Math.Sqrt(square);
        if (norm == 0)
            return 0;
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
