using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>The largest eigenvalue of a symmetric operator that is known by its products with vectors.</summary>
/// <remarks>
/// Lanczos's three-term recurrence without reorthogonalization: lost orthogonality gives copies of eigenvalues that were found, never a larger one (Paige 1980), and the largest is found first. Its error falls with the square of the iterations
/// where that of power iterations falls with the iterations (Kaniel 1966), and it finds the largest, not the largest in size.
/// </remarks>
internal static class Lanczos
{
    /// <summary>Two iterations in a row that move the eigenvalue by less are enough: the products themselves carry float's noise.</summary>
    const double Tolerance = 1e-3;

    /// <summary>Relative noise of a product by differences of floats; a remainder below it would only be noise made large.</summary>
    const double Noise = 1e-4;

    /// <param name="start">Any vector that isn't 0; is overwritten.</param>
    /// <param name="multiply">Puts the operator's product with the first argument, a unit vector, into the second.</param>
    /// <param name="iterations">Most products.</param>
    /// <param name="share">Runs a body on ranges of the elements, from one to another, by several threads; null: on all by the caller's. Sums are the caller's alone, so that their order is one.</param>
    /// <returns>NaN where a product isn't finite or the start is 0.</returns>
    public static double Largest(double[] start, Action<double[], double[]> multiply, int iterations, Action<Action<int, int>>? share = null)
    {
        share ??= body => body(0, start.Length);
        double[] current = start, previous = new double[start.Length], product = new double[start.Length];
        double norm = Math.Sqrt(DoubleVectors.Dot(current, current)), eigenvalue = double.NaN;
        if (!(norm > 0) || !double.IsFinite(norm))
            return double.NaN;
        Scale(current, 1 / norm, share);
        List<double> diagonal = [], beside = [];
        int still = 0;
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            multiply(current, product);
            double alpha = DoubleVectors.Dot(current, product), last = beside.Count > 0 ? beside[^1] : 0;
            if (!double.IsFinite(alpha))
                return double.NaN;
            share((first, end) =>
            {
                for (int i = first; i < end; i++)
                    product[i] -= alpha * current[i] + last * previous[i];
            });
            diagonal.Add(alpha);
            double next = LargestOfTridiagonal(diagonal, beside);
            still = Math.Abs(next - eigenvalue) <= Tolerance * Math.Abs(next) ? still + 1 : 0;
            eigenvalue = next;
            double beta = Math.Sqrt(DoubleVectors.Dot(product, product));
            if (still == 2 || !(beta > Noise * Math.Abs(eigenvalue)))         // the space is closed, and what is left is noise
                break;
            Scale(product, 1 / beta, share);
            beside.Add(beta);
            (previous, current, product) = (current, product, previous);
        }
        return eigenvalue;
    }

    /// <summary>By bisection between Gershgorin's bounds, counting negative pivots (Sturm's sequence; Golub and Van Loan 2013, section 8.4.1).</summary>
    static double LargestOfTridiagonal(List<double> diagonal, List<double> beside)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (int i = 0; i < diagonal.Count; i++)
        {
            double radius = (i > 0 ? beside[i - 1] : 0) + (i < diagonal.Count - 1 ? beside[i] : 0);
            low = Math.Min(low, diagonal[i] - radius);
            high = Math.Max(high, diagonal[i] + radius);
        }
        for (int step = 0; step < 100 && high - low > 1e-12 * (Math.Abs(low) + Math.Abs(high)); step++)
        {
            double middle = low + (high - low) / 2;
            if (AllBelow(diagonal, beside, middle))
                high = middle;
            else
                low = middle;
        }
        return high;
    }

    static bool AllBelow(List<double> diagonal, List<double> beside, double value)
    {
        double pivot = 1;
        for (int i = 0; i < diagonal.Count; i++)
        {
            pivot = diagonal[i] - value - (i > 0 ? beside[i - 1] * beside[i - 1] / pivot : 0);
            if (pivot >= 0)
                return false;
        }
        return true;
    }

    static void Scale(double[] vector, double factor, Action<Action<int, int>> share) => share((first, end) =>
    {
        for (int i = first; i < end; i++)
            vector[i] *= factor;
    });
}
