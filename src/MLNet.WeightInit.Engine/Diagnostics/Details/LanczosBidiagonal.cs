using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>Singular values at the ends of the spectrum of a matrix that is too large for all of them, from its products with vectors.</summary>
/// <remarks>Golub and Kahan 1965, with every new vector made orthogonal to all earlier ones (twice is enough: Giraud et al. 2005).</remarks>
internal static class LanczosBidiagonal
{
    /// <summary>What is left of a vector below this share of the largest value: the space is closed, and holds all singular values that the start has a part in.</summary>
    const double Closed = 1e-5;

    /// <param name="start">Any vector of the matrix's columns that isn't 0.</param>
    /// <param name="forward">Adds the matrix's product with the first argument to the second.</param>
    /// <param name="back">The same of the transposed matrix.</param>
    /// <param name="rows">Of the matrix.</param>
    /// <param name="iterations">Most products of each kind.</param>
    /// <returns>Approximations from inside the spectrum, from the largest on; IsWhole: they are the singular values themselves.</returns>
    public static (double[] Values, bool IsWhole) Run(double[] start, Action<double[], double[]> forward, Action<double[], double[]> back, int rows, int iterations)
    {
        int columns = start.Length;
        List<double[]> rights = [], lefts = [];
        List<double> diagonal = [], beside = [];
        double[] right = [.. start];
        if (!Normalize(right, 0, out _))
            return ([], false);
        bool isWhole = false;
        for (int step = 0; step < iterations; step++)
        {
            rights.Add(right);
            var left = new double[rows];
            forward(right, left);
            Orthogonalize(left, lefts);
            double largest = diagonal.Count > 0 ? diagonal.Max() : 0;
            bool isRight = Normalize(left, Closed * largest, out double alpha);
            diagonal.Add(isRight ? alpha : 0);
            if (!isRight)
            {
                isWhole = double.IsFinite(alpha);
                break;
            }
            lefts.Add(left);
            right = new double[columns];
            back(left, right);
            Orthogonalize(right, rights);
            if (!Normalize(right, Closed * Math.Max(largest, alpha), out double beta))
            {
                isWhole = double.IsFinite(beta);
                break;
            }
            beside.Add(beta);
        }
        if (diagonal.Count == 0 || diagonal.Exists(value => !double.IsFinite(value)))
            return ([], false);
        double[] above = new double[diagonal.Count];
        beside.CopyTo(0, above, 0, Math.Min(beside.Count, above.Length));
        return (SingularValues.OfBidiagonal([.. diagonal], above), isWhole);
    }

    static void Orthogonalize(double[] vector, List<double[]> basis)
    {
        for (int pass = 0; pass < 2; pass++)
            foreach (double[] other in basis)
                DoubleVectors.AddScaled(other, -DoubleVectors.Dot(vector, other), vector);
    }

    static bool Normalize(double[] vector, double least, out double norm)
    {
        norm = Math.Sqrt(DoubleVectors.Dot(vector, vector));
        if (!(norm > least) || !double.IsFinite(norm))
            return false;
        for (int i = 0; i < vector.Length; i++)
            vector[i] /= norm;
        return true;
    }
}
