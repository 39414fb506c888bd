using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Expectations;

/// <summary>What an activation makes of two correlated normal variables of one mean and deviation, for every correlation at once.</summary>
/// <remarks>
/// With f(z) = Σ f_k h_k(z) in normalized Hermite polynomials, E f(z₁) g(z₂) = Σ f_k g_k ρ^k (Mehler 1866; the dual activation of Daniely, Frostig and Singer 2016, section 4), so that a layer needs its nodes once and no
/// integral over the plane. 64 terms; what the even and the odd ones of the rest sum up to is known from E f g, and they are counted as |ρ|^128. For ReLU, whose kink makes terms fall no faster than k^(−5/2), that is within 5e-6, and 1 − ρ moves by the right
/// amount within 4 % down to 1 − ρ = 0.005; for smooth activations nothing is left over. Derivatives by the variance are coefficients too: v d/dv E f = f₂ / √2, v² d²/dv² E f = √6 f₄ / 2 (Price 1958).
/// </remarks>
internal sealed class CorrelatedMoments
{
    const int Terms = 64;

    /// <summary>h_k at the positive nodes, times their weights: a polynomial is even or odd, so that the negative ones follow.</summary>
    static readonly double[][] s_basis = CreateBasis();

    readonly Series _squares, _squaredSlopes;
    readonly Kernel _valueKernel, _slopeKernel, _squareKernel, _squaredSlopeKernel, _mixedKernel;

    CorrelatedMoments(Series values, Series slopes, Series squares, Series squaredSlopes)
    {
        (_squares, _squaredSlopes, Value) = (squares, squaredSlopes, values.Coefficients[0]);
        (_valueKernel, _slopeKernel) = (Kernel.Of(values, values), Kernel.Of(slopes, slopes));
        (_squareKernel, _squaredSlopeKernel, _mixedKernel) = (Kernel.Of(squares, squares), Kernel.Of(squaredSlopes, squaredSlopes), Kernel.Of(squares, squaredSlopes));
    }

    /// <summary>E φ.</summary>
    public double Value { get; }

    /// <summary>E φ².</summary>
    public double SquaredValue => _squares.Coefficients[0];

    /// <summary>E φ⁴.</summary>
    public double FourthValue => CovarianceOfSquares(1) + SquaredValue * SquaredValue;

    /// <summary>E φ′².</summary>
    public double SquaredSlope => _squaredSlopes.Coefficients[0];

    /// <summary>E φ′⁴.</summary>
    public double FourthSlope => CovarianceOfSquaredSlopes(1) + SquaredSlope * SquaredSlope;

    /// <summary>E φ² φ′².</summary>
    public double SquareAndSquaredSlope => CovarianceOfSquareAndSquaredSlope(1) + SquaredValue * SquaredSlope;

    /// <summary>d ln E φ² / d ln v, and the second derivative.</summary>
    public (double First, double Second) SquaredValueRates => _squares.LogarithmicRates;

    /// <summary>d ln E φ′² / d ln v, and the second derivative.</summary>
    public (double First, double Second) SquaredSlopeRates => _squaredSlopes.LogarithmicRates;

    /// <summary>The part of <see cref="CovarianceOfSquares"/> at 1 that is linear in z: what the mean of z over the units decides.</summary>
    public double LinearSquares => _squareKernel.Products[1];

    /// <inheritdoc cref="LinearSquares"/>
    public double LinearSquaredSlopes => _squaredSlopeKernel.Products[1];

    /// <inheritdoc cref="LinearSquares"/>
    public double LinearBoth => _mixedKernel.Products[1];

    /// <summary>v² d²/dv² E φ² / E φ².</summary>
    public double SquaredValueCurvature => _squares.Curvature;

    /// <summary>v² d²/dv² E φ′² / E φ′².</summary>
    public double SquaredSlopeCurvature => _squaredSlopes.Curvature;

    /// <param name="curve">φ.</param>
    /// <param name="mean">E z.</param>
    /// <param name="deviation">√v, of z about its mean.</param>
    public static CorrelatedMoments Of(ActivationCurve curve, double mean, double deviation)
    {
        ReadOnlySpan<double> nodes = GaussianQuadrature.Nodes;
        float[] points = new float[nodes.Length], outputs = new float[nodes.Length], derivatives = new float[nodes.Length];
        for (int i = 0; i < points.Length; i++)
            points[i] = (float)(mean + deviation * nodes[i]);
        curve.Evaluate(points, outputs, derivatives);
        double[] values = new double[points.Length], slopes = new double[points.Length], squares = new double[points.Length], squaredSlopes = new double[points.Length];
        for (int i = 0; i < points.Length; i++)
        {
            (values[i], slopes[i]) = (outputs[i], derivatives[i]);
            (squares[i], squaredSlopes[i]) = (values[i] * values[i], slopes[i] * slopes[i]);
        }
        return new CorrelatedMoments(Series.Of(values), Series.Of(slopes), Series.Of(squares), Series.Of(squaredSlopes));
    }

    /// <summary>E φ(z₁) φ(z₂).</summary>
    /// <param name="correlation">ρ, from −1 to 1.</param>
    public double ProductOfValues(double correlation) => _valueKernel.Sum(correlation, 0);

    /// <summary>E φ′(z₁) φ′(z₂): the derivative of <see cref="ProductOfValues"/> by the covariance.</summary>
    /// <inheritdoc cref="ProductOfValues"/>
    public double ProductOfSlopes(double correlation) => _slopeKernel.Sum(correlation, 0);

    /// <summary>Cov φ(z₁)² and φ(z₂)².</summary>
    /// <inheritdoc cref="ProductOfValues"/>
    public double CovarianceOfSquares(double correlation) => _squareKernel.Sum(correlation, 1);

    /// <summary>Cov φ′(z₁)² and φ′(z₂)².</summary>
    /// <inheritdoc cref="ProductOfValues"/>
    public double CovarianceOfSquaredSlopes(double correlation) => _squaredSlopeKernel.Sum(correlation, 1);

    /// <summary>Cov φ(z₁)² and φ′(z₂)².</summary>
    /// <inheritdoc cref="ProductOfValues"/>
    public double CovarianceOfSquareAndSquaredSlope(double correlation) => _mixedKernel.Sum(correlation, 1);

    /// <summary>The chance that the mean of φ² over a point's coordinates has on a sphere of many dimensions' radius √n, over that of normal variables whose sum of squares is known: 3/(n + 2) over 3/n of ReLU.</summary>
    /// <remarks>Orthogonal weights turn a row into such a point. With f(z) = Σ g_k P_k(z) in the polynomials that are orthonormal there (Gegenbauer's), coordinates have E f(z₁) f(z₂) = Σ g_k² G_k(0), G_k(1) = 1, so that their mean has the variance
    /// Σ g_k² (1 + (n − 1) G_k(0)) / n: nothing of g₂, which is Σ z², of g₄ 1 + 3 / (n + 1), and g_k² but for terms in 1/n² of the others.</remarks>
    /// <param name="dimension">n.</param>
    public double SphericalShareOfSquares(int dimension) => _squares.SphericalShare(dimension);

    /// <inheritdoc cref="SphericalShareOfSquares"/>
    public double SphericalShareOfSquaredSlopes(int dimension) => _squaredSlopes.SphericalShare(dimension);

    static double[][] CreateBasis()
    {
        ReadOnlySpan<double> nodes = GaussianQuadrature.Nodes, weights = GaussianQuadrature.Weights;
        int half = nodes.Length / 2;
        var basis = new double[Terms][];
        for (int k = 0; k < Terms; k++)
            basis[k] = new double[half];
        for (int i = 0; i < half; i++)
        {
            double before = 0, now = weights[half + i];
            for (int k = 0; k < Terms; k++)
            {
                basis[k][i] = now;
                (before, now) = (now, (nodes[half + i] * now - Math.Sqrt(k) * before) / Math.Sqrt(k + 1));
            }
        }
        return basis;
    }

    /// <summary>A function by its first coefficients, and its even and odd parts at the positive nodes, doubled.</summary>
    readonly record struct Series(double[] Coefficients, double[] Even, double[] Odd)
    {
        public double Curvature => Math.Sqrt(6) / 2 * Coefficients[4] / Coefficients[0];

        public (double First, double Second) LogarithmicRates
        {
            get
            {
                double first = Coefficients[2] / Math.Sqrt(2) / Coefficients[0];
                return (first, Curvature + first - first * first);
            }
        }

        /// <summary>Below it a series is its mean and its second term but for rounding.</summary>
        const double LeastRest = 1e-6;

        public double SphericalShare(int dimension)
        {
            ReadOnlySpan<double> nodes = GaussianQuadrature.Nodes;
            double n = dimension, normal = -Coefficients[0] * Coefficients[0] - Coefficients[2] * Coefficients[2];
            if (dimension < 4)
                return n / (n + 2);
            double whole = 0, mean = 0, square = 0, second = 0, fourth = 0, norm = 0;
            for (int i = 0; i < Even.Length; i++)
            {
                // A coordinate's density is (1 − z² / n)^((n − 3) / 2).
                double z = nodes[Even.Length + i], share = z * z / n, weight = share < 1 ? ScalarMath.Exp((n - 3) / 2 * ScalarMath.Log(1 - share)) : 0;
                double polynomial = (n + 2) * (n + 4) * share * share - 6 * (n + 2) * share + 3, squares = (Even[i] * Even[i] + Odd[i] * Odd[i]) / 2;
                (whole, norm, normal) = (whole + 2 * weight, norm + 2 * weight * polynomial * polynomial, normal + s_basis[0][i] * squares);
                (mean, square) = (mean + weight * Even[i], square + weight * squares);
                (second, fourth) = (second + weight * Even[i] * (z * z - 1), fourth + weight * Even[i] * polynomial);
            }
            (mean, square, second) = (mean / whole, square / whole, second / whole);
            double sphere = square - mean * mean - second * second * (n + 2) / (2 * (n - 1)) + 3 / (n + 1) * fourth * fourth / (whole * norm);
            double rest = normal / (Coefficients[0] * Coefficients[0]);
            return rest > LeastRest ? Math.Clamp(sphere / (mean * mean) / rest, 0, 1) : 1;
        }

        public static Series Of(double[] values)
        {
            int half = values.Length / 2;
            double[] even = new double[half], odd = new double[half], coefficients = new double[Terms];
            for (int i = 0; i < half; i++)
            {
                double right = values[half + i], left = values[half - 1 - i];
                (even[i], odd[i]) = (right + left, right - left);
            }
            for (int k = 0; k < Terms; k++)
                coefficients[k] = DoubleVectors.Dot(s_basis[k], k % 2 == 0 ? even : odd);
            return new Series(coefficients, even, odd);
        }
    }

    /// <summary>E f(z₁) g(z₂) by its terms f_k g_k, and what the even and the odd ones after them sum up to.</summary>
    readonly record struct Kernel(double[] Products, double EvenRest, double OddRest)
    {
        public static Kernel Of(Series left, Series right)
        {
            var products = new double[Terms];
            double even = Whole(left.Even, right.Even), odd = Whole(left.Odd, right.Odd);
            for (int k = 0; k < Terms; k++)
            {
                products[k] = left.Coefficients[k] * right.Coefficients[k];
                if (k % 2 == 0)
                    even -= products[k];
                else
                    odd -= products[k];
            }
            return new Kernel(products, even, odd);
        }

        /// <param name="first">The first term to count; those before it are left out.</param>
        public double Sum(double correlation, int first)
        {
            double power = 1, sum = 0;
            for (int k = 0; k < Terms; k++, power *= correlation)
                if (k >= first)
                    sum += Products[k] * power;
            // After 64 terms the power is ρ^64.
            return sum + (EvenRest + (correlation < 0 ? -OddRest : OddRest)) * power * power;
        }

        /// <summary>Of one parity's terms at a correlation of 1. Both parts are doubled, and stand for two nodes.</summary>
        static double Whole(double[] left, double[] right)
        {
            double[] weights = s_basis[0];
            double sum = 0;
            for (int i = 0; i < left.Length; i++)
                sum += weights[i] * left[i] * right[i];
            return sum / 2;
        }
    }
}
