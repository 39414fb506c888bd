using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>All singular values of a matrix, without its vectors.</summary>
/// <remarks>
/// Householder reflections to a bidiagonal matrix, then the implicitly shifted QR iteration (Golub and Kahan 1965; Golub and Van Loan 2013, algorithms 5.4.2 and 8.6.2): errors are some 10⁻¹⁵ of the largest value. Products and sums run in one
/// order, and of the elementary functions only the square root is used, so that the bits are the same on every machine.
/// </remarks>
internal static class SingularValues
{
    const double Epsilon = 1.0 / (1L << 52);

    /// <summary>Steps a value; LINPACK gives up after 30, and takes two to three.</summary>
    const int MostSteps = 60;

    /// <summary>Nothing beside the largest element, which is 1. What is left of the columns of a matrix of low rank falls by <see cref="Epsilon"/> from one to the next, until the reciprocal of its square would be infinite.</summary>
    const double Least = 1e-100;

    /// <param name="matrix">Row-major [rows × columns], rows at least as many as columns; is overwritten.</param>
    /// <returns>As many as columns, from the largest on; all NaN where an element isn't finite.</returns>
    public static double[] Of(double[] matrix, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, columns);
        double scale = DoubleVectors.LargestSize(matrix.AsSpan(0, rows * columns));
        if (!double.IsFinite(scale))
            return [.. Enumerable.Repeat(double.NaN, columns)];
        if (scale == 0)
            return new double[columns];
        foreach (ref double value in matrix.AsSpan(0, rows * columns))
            value /= scale;
        (double[] diagonal, double[] above) = Bidiagonal(matrix, rows, columns);
        return [.. OfBidiagonal(diagonal, above).Select(value => value * scale)];
    }

    /// <summary>The same of floats, row-major [rows × columns], whichever is larger.</summary>
    public static double[] Of(ReadOnlySpan<float> matrix, int rows, int columns)
    {
        var copy = new double[matrix.Length];
        if (rows >= columns)
        {
            for (int i = 0; i < copy.Length; i++)
                copy[i] = matrix[i];
            return Of(copy, rows, columns);
        }
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                copy[column * rows + row] = matrix[row * columns + column];
        return Of(copy, columns, rows);
    }

    /// <param name="diagonal">Of an upper bidiagonal matrix; is overwritten.</param>
    /// <param name="above">Beside the diagonal, in the same rows; the last counts as 0. Is overwritten.</param>
    /// <returns>From the largest on.</returns>
    public static double[] OfBidiagonal(double[] diagonal, double[] above)
    {
        int end = diagonal.Length;
        if (end > 0)
            above[end - 1] = 0;
        for (int steps = MostSteps * end; end > 0 && steps > 0;)
        {
            int first = end - 1;
            while (first > 0 && !IsNegligible(above[first - 1], diagonal[first - 1], diagonal[first]))
                first--;
            if (first > 0)
                above[first - 1] = 0;
            if (first == end - 1)
            {
                end--;
                continue;
            }
            steps--;
            int zero = Zero(diagonal, above, first, end);
            if (zero == end - 1)
                ChaseUp(diagonal, above, first, end);
            else if (zero >= 0)
                ChaseDown(diagonal, above, zero, end);
            else
                Step(diagonal, above, first, end);
        }
        for (int i = 0; i < diagonal.Length; i++)
            diagonal[i] = Math.Abs(diagonal[i]);
        Array.Sort(diagonal, (left, right) => right.CompareTo(left));
        return diagonal;
    }

    static bool IsNegligible(double value, double left, double right) => Math.Abs(value) <= Epsilon * (Math.Abs(left) + Math.Abs(right));

    /// <summary>The last place of the block whose diagonal is negligible; −1 for none.</summary>
    static int Zero(double[] diagonal, double[] above, int first, int end)
    {
        for (int i = end - 1; i >= first; i--)
            if (IsNegligible(diagonal[i], i < end - 1 ? above[i] : 0, i > first ? above[i - 1] : 0))
            {
                diagonal[i] = 0;
                return i;
            }
        return -1;
    }

    /// <summary>The last diagonal element is 0: rotations of columns carry what stands above it away.</summary>
    static void ChaseUp(double[] diagonal, double[] above, int first, int end)
    {
        double moved = above[end - 2];
        above[end - 2] = 0;
        for (int i = end - 2; i >= first; i--)
        {
            (double cosine, double sine, diagonal[i]) = Rotation(diagonal[i], moved);
            if (i == first)
                break;
            moved = -sine * above[i - 1];
            above[i - 1] *= cosine;
        }
    }

    /// <summary>A diagonal element is 0: rotations of rows carry what stands beside it away.</summary>
    static void ChaseDown(double[] diagonal, double[] above, int zero, int end)
    {
        double moved = above[zero];
        above[zero] = 0;
        for (int i = zero + 1; i < end; i++)
        {
            (double cosine, double sine, diagonal[i]) = Rotation(diagonal[i], moved);
            moved = -sine * above[i];
            above[i] *= cosine;
        }
    }

    /// <summary>One QR step with the shift from the last two rows.</summary>
    static void Step(double[] diagonal, double[] above, int first, int end)
    {
        double last = diagonal[end - 1], before = diagonal[end - 2], beside = above[end - 2], b = ((before + last) * (before - last) + beside * beside) / 2, c = last * beside * (last * beside), shift = 0;
        if (b != 0 || c != 0)
        {
            double root = Math.Sqrt(b * b + c);
            shift = c / (b + (b < 0 ? -root : root));
        }
        double f = (diagonal[first] + last) * (diagonal[first] - last) + shift, g = diagonal[first] * above[first];
        for (int i = first; i < end - 1; i++)
        {
            (double cosine, double sine, double length) = Rotation(f, g);
            if (i > first)
                above[i - 1] = length;
            f = cosine * diagonal[i] + sine * above[i];
            above[i] = cosine * above[i] - sine * diagonal[i];
            g = sine * diagonal[i + 1];
            diagonal[i + 1] *= cosine;
            (cosine, sine, diagonal[i]) = Rotation(f, g);
            f = cosine * above[i] + sine * diagonal[i + 1];
            diagonal[i + 1] = cosine * diagonal[i + 1] - sine * above[i];
            g = sine * above[i + 1];
            above[i + 1] *= cosine;
        }
        above[end - 2] = f;
    }

    static (double Cosine, double Sine, double Length) Rotation(double f, double g)
    {
        double length = Math.Sqrt(f * f + g * g);
        return length > 0 ? (f / length, g / length, length) : (1, 0, 0);
    }

    static (double[] Diagonal, double[] Above) Bidiagonal(double[] matrix, int rows, int columns)
    {
        double[] diagonal = new double[columns], above = new double[columns], left = new double[rows], sums = new double[columns];
        for (int k = 0; k < columns; k++)
        {
            int rest = columns - k - 1;
            Span<double> sum = sums.AsSpan(0, rest);
            for (int row = k; row < rows; row++)
                left[row] = matrix[row * columns + k];
            (diagonal[k], double leftFactor) = Reflection(left.AsSpan(k, rows - k));
            if (rest == 0)
                break;
            sum.Clear();
            for (int row = k; row < rows; row++)
                DoubleVectors.AddScaled(matrix.AsSpan(row * columns + k + 1, rest), left[row], sum);
            Span<double> top = matrix.AsSpan(k * columns + k + 1, rest);
            DoubleVectors.AddScaled(sum, -leftFactor * left[k], top);
            // The row itself becomes the right reflection's vector.
            (above[k], double rightFactor) = Reflection(top);
            for (int row = k + 1; row < rows; row++)
            {
                Span<double> values = matrix.AsSpan(row * columns + k + 1, rest);
                DoubleVectors.AddScaled(sum, -leftFactor * left[row], values);
                DoubleVectors.AddScaled(top, -rightFactor * DoubleVectors.Dot(values, top), values);
            }
        }
        return (diagonal, above);
    }

    /// <summary>Makes the vector v of a reflection 1 − factor · v vᵀ that leaves only the first element of it.</summary>
    static (double First, double Factor) Reflection(Span<double> vector)
    {
        double norm = Math.Sqrt(DoubleVectors.Dot(vector, vector));
        if (norm < Least)
            return (0, 0);
        double first = vector[0] > 0 ? -norm : norm;
        double factor = 1 / (norm * norm - vector[0] * first);
        vector[0] -= first;
        return (first, factor);
    }
}
