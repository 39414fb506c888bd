using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Comparing;

/// <summary>Student's t, χ² and the normal distribution: what intervals and tests need of them, from this library's own exp and log, so that machines agree.</summary>
/// <remarks>Abramowitz and Stegun 1964: 6.5.29 and 6.5.31 (incomplete gamma function), 26.5.8 (incomplete beta function), 26.7.1 (Student's t). Quantiles by bisection.</remarks>
internal static class Distributions
{
    const double LogOfRootPi = 0.57236494292470008707;
    const double Smallest = 1e-300, Precision = 1e-16;

    /// <summary>Terms of a series or continued fraction; for 10,000 degrees of freedom some hundreds are needed.</summary>
    const int MostTerms = 100_000;

    public static double StudentCumulative(double t, int degrees)
    {
        double tail = IncompleteBeta(degrees / (degrees + t * t), degrees, 1) / 2;
        return t > 0 ? 1 - tail : tail;
    }

    /// <summary>Probability of |T| above |t|.</summary>
    public static double StudentBothTails(double t, int degrees) => IncompleteBeta(degrees / (degrees + t * t), degrees, 1);

    public static double StudentQuantile(double probability, int degrees)
        => probability < 0.5 ? -StudentQuantile(1 - probability, degrees) : Solve(t => StudentCumulative(t, degrees), probability);

    public static double ChiSquareCumulative(double x, int degrees) => x > 0 ? LowerGamma(degrees, x / 2) : 0;

    public static double ChiSquareQuantile(double probability, int degrees) => Solve(x => ChiSquareCumulative(x, degrees), probability);

    public static double NormalCumulative(double x)
    {
        double tail = UpperGamma(1, x * x / 2) / 2;
        return x > 0 ? 1 - tail : tail;
    }

    /// <summary>−∞ for 0, ∞ for 1.</summary>
    public static double NormalQuantile(double probability) => probability switch
    {
        <= 0 => double.NegativeInfinity,
        >= 1 => double.PositiveInfinity,
        < 0.5 => -NormalQuantile(1 - probability),
        _ => Solve(NormalCumulative, probability),
    };

    /// <summary>ln Γ(n / 2), n at least 1: by Γ(x + 1) = x Γ(x), from Γ(1/2) = √π and Γ(1) = 1.</summary>
    static double LogGammaOfHalf(int n)
    {
        double sum = n % 2 == 0 ? 0 : LogOfRootPi;
        for (int k = n % 2 == 0 ? 2 : 1; k < n; k += 2)
            sum += ScalarMath.Log(k / 2.0);
        return sum;
    }

    /// <summary>P(n / 2, x).</summary>
    static double LowerGamma(int n, double x) => x < n / 2.0 + 1 ? GammaSeries(n, x) : 1 - GammaFraction(n, x);

    /// <summary>Q(n / 2, x) = 1 − P(n / 2, x).</summary>
    static double UpperGamma(int n, double x) => x < n / 2.0 + 1 ? 1 - GammaSeries(n, x) : GammaFraction(n, x);

    static double GammaSeries(int n, double x)
    {
        if (!(x > 0))
            return 0;
        double a = n / 2.0, term = 1 / a, sum = term;
        for (int k = 1; k < MostTerms && term > sum * Precision; k++)
        {
            term *= x / (a + k);
            sum += term;
        }
        return sum * ScalarMath.Exp(a * ScalarMath.Log(x) - x - LogGammaOfHalf(n));
    }

    /// <summary>The continued fraction by Lentz's method (Press et al. 2007, section 5.2).</summary>
    static double GammaFraction(int n, double x)
    {
        double a = n / 2.0, b = x + 1 - a, c = 1 / Smallest, d = 1 / b, value = d;
        for (int k = 1; k < MostTerms; k++)
        {
            double numerator = -k * (k - a);
            b += 2;
            d = 1 / NotZero(numerator * d + b);
            c = NotZero(b + numerator / c);
            value *= d * c;
            if (Math.Abs(d * c - 1) < 2 * Precision)
                break;
        }
        return value * ScalarMath.Exp(a * ScalarMath.Log(x) - x - LogGammaOfHalf(n));
    }

    /// <summary>I_x(n / 2, m / 2).</summary>
    static double IncompleteBeta(double x, int n, int m)
    {
        if (x is <= 0 or >= 1)
            return x <= 0 ? 0 : 1;
        double a = n / 2.0, b = m / 2.0;
        double front = ScalarMath.Exp(LogGammaOfHalf(n + m) - LogGammaOfHalf(n) - LogGammaOfHalf(m) + a * ScalarMath.Log(x) + b * ScalarMath.Log(1 - x));
        return x < (a + 1) / (a + b + 2) ? front * BetaFraction(x, a, b) / a : 1 - front * BetaFraction(1 - x, b, a) / b;
    }

    static double BetaFraction(double x, double a, double b)
    {
        double c = 1, d = 1 / NotZero(1 - (a + b) * x / (a + 1)), value = d;
        for (int k = 1; k < MostTerms; k++)
        {
            double even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k)), odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
            d = 1 / NotZero(1 + even * d);
            c = NotZero(1 + even / c);
            value *= d * c;
            d = 1 / NotZero(1 + odd * d);
            c = NotZero(1 + odd / c);
            value *= d * c;
            if (Math.Abs(d * c - 1) < 2 * Precision)
                break;
        }
        return value;
    }

    static double NotZero(double value) => Math.Abs(value) < Smallest ? Smallest : value;

    /// <summary>Where a distribution function that grows from 0 on, at or below the probability there, reaches it.</summary>
    static double Solve(Func<double, double> cumulative, double probability)
    {
        double low = 0, high = 1;
        while (cumulative(high) < probability && high < 1e100)
            (low, high) = (high, 2 * high);
        while (true)
        {
            double middle = low + (high - low) / 2;
            if (middle <= low || middle >= high)
                return middle;
            if (cumulative(middle) < probability)
                low = middle;
            else
                high = middle;
        }
    }
}
