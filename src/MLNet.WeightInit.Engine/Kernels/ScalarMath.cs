namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Elementary functions in double precision, from arithmetic alone: the same bits on every machine, unlike the C library's.</summary>
/// <remarks>Relative errors are below 4e-16 but where a member says otherwise. Reductions follow the usual scheme (Cody and Waite 1980);
/// series are Taylor's, cut where the next term is below the rounding.</remarks>
internal static class ScalarMath
{
    const double Log2OfE = 1.4426950408889634074;

    /// <summary>ln 2: its first 33 bits, whose product with an exponent is exact, and the rest.</summary>
    const double Ln2High = 6.93147180369123816490e-01, Ln2Low = 1.90821492927058770002e-10;

    /// <summary>π/2 as the sum of three doubles.</summary>
    const double HalfPi1 = 1.5707963267948966192, HalfPi2 = 6.1232339957367658860e-17, HalfPi3 = -1.4973849048591833e-33;

    /// <summary>1/2!, 1/3!, … 1/14!.</summary>
    static ReadOnlySpan<double> InverseFactorials =>
    [
        1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800,
        1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800, 1.0 / 87178291200,
    ];

    /// <summary>e^x; 0 below −745.14, +∞ above 709.79.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x))
            return x;
        if (x > 710)
            return double.PositiveInfinity;
        if (x < -746)
            return 0;
        double fractionLessOne = ReducedExpMinusOne(x, out int exponent);
        // Two factors: 2^1024 and 2^-1074 are not both normal doubles.
        int half = exponent / 2;
        return (1 + fractionLessOne) * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary>e^x − 1, also where x is small.</summary>
    public static double ExpMinusOne(double x)
    {
        if (double.IsNaN(x))
            return x;
        if (x > 709)
            return Exp(x);
        if (x < -50)
            return -1;
        double fractionLessOne = ReducedExpMinusOne(x, out int exponent);
        double scale = PowerOfTwo(exponent);
        return Math.FusedMultiplyAdd(scale, fractionLessOne, scale - 1);
    }

    /// <summary>2 / 21, 2 / 19, … 2 / 3.</summary>
    static ReadOnlySpan<double> LogCoefficients => [2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3];

    /// <summary>Natural logarithm; −∞ at 0, NaN below.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0)
            return double.NaN;
        if (x == 0)
            return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x))
            return x;
        int exponent = 0;
        if (!double.IsNormal(x))
        {
            x *= 1L << 54;
            exponent = -54;
        }
        long bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> 52) - 1023;
        double fraction = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (fraction > 1.4142135623730951)
        {
            fraction /= 2;
            exponent++;
        }
        // ln(1 + f) = 2 artanh s with s = f / (2 + f); written as f − f²/2 + …, so that f enters without rounding.
        double f = fraction - 1, s = f / (2 + f), square = s * s, series = 0;
        foreach (double coefficient in LogCoefficients)
            series = square * (series + coefficient);
        double halfSquare = 0.5 * f * f;
        return exponent * Ln2High - (halfSquare - (s * (halfSquare + series) + exponent * Ln2Low) - f);
    }

    /// <summary>Hyperbolic tangent, within 1e-15.</summary>
    public static double Tanh(double x)
    {
        double decayed = ExpMinusOne(-2 * Math.Abs(x));
        return Math.CopySign(-decayed / (2 + decayed), x);
    }

    /// <summary>Sine, for |x| up to 1e9; beyond, a number in −1 … 1 that is the same everywhere; NaN at ±∞.</summary>
    public static double Sin(double x) => SineOfQuarter(x, quarters: 0);

    /// <summary>Cosine, for |x| up to 1e9; beyond, a number in −1 … 1 that is the same everywhere; NaN at ±∞.</summary>
    public static double Cos(double x) => SineOfQuarter(x, quarters: 1);

    /// <summary>sin(x + quarters · π/2).</summary>
    static double SineOfQuarter(double x, int quarters)
    {
        if (!double.IsFinite(x))
            return double.NaN;
        double turns = Math.Round(x * (2 / Math.PI));
        double r = Math.FusedMultiplyAdd(turns, -HalfPi1, x);
        r = Math.FusedMultiplyAdd(turns, -HalfPi2, r);
        r = Math.FusedMultiplyAdd(turns, -HalfPi3, r);
        r = Math.Clamp(r, -0.8, 0.8);                               // |r| ≤ π/4 but for huge arguments
        long quadrant = ((long)Math.IEEERemainder(turns, 4) + quarters) & 3;
        double value = (quadrant & 1) == 0 ? SineNearZero(r) : CosineNearZero(r);
        return quadrant >= 2 ? -value : value;
    }

    static double SineNearZero(double r)
    {
        double square = r * r, series = 1.0 / 355687428096000;      // 1/17!
        series = 1.0 / 1307674368000 - square * series;             // 1/15!
        for (int order = 13; order >= 3; order -= 2)
            series = InverseFactorials[order - 2] - square * series;
        return r - r * square * series;
    }

    static double CosineNearZero(double r)
    {
        double square = r * r, series = 1.0 / 20922789888000;       // 1/16!
        for (int order = 14; order >= 4; order -= 2)
            series = InverseFactorials[order - 2] - square * series;
        double half = 0.5 * square, high = 1 - half;
        return high + (1 - high - half + square * square * series);
    }

    /// <summary>e^x = 2^exponent · (1 + result), |result| at most √2 − 1.</summary>
    static double ReducedExpMinusOne(double x, out int exponent)
    {
        double turns = Math.Round(x * Log2OfE);
        exponent = (int)turns;
        double high = x - turns * Ln2High, low = turns * Ln2Low, r = high - low;
        double lost = high - r - low;
        double series = 0;
        for (int order = 14; order >= 2; order--)
            series = series * r + InverseFactorials[order - 2];
        return r + (lost + lost * r + r * r * series);
    }

    static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
}
