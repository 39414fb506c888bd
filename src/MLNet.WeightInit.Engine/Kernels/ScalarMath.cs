namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Functions of one double for numbers that are stored or decide stored bits (priors, theory, losses): plain arithmetic, the same on every machine, where libm's last bits differ.</summary>
/// <remarks>Relative error below 4e-16 (about two units in the last place), absolute for the trigonometric ones up to |x| = 1e6.</remarks>
internal static class ScalarMath
{
    /// <summary>ln 2 and π/2 in two parts: the first has 32 bits, so that its product with a small integer is exact.</summary>
    const double Ln2High = 6.93147180369123816490e-01, Ln2Low = 1.90821492927058770002e-10;
    const double HalfPiHigh = 1.57079632673412561417, HalfPiMiddle = 6.07710050630396597660e-11, HalfPiLow = 2.02226624879595063154e-21;

    /// <summary>e^x.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x) || x > 709.79)
            return x > 0 ? double.PositiveInfinity : x;
        if (x < -745.2)
            return 0;
        double power = Math.Round(x * 1.4426950408889634074);
        double r = x - power * Ln2High - power * Ln2Low;
        // Taylor to r¹⁴: |r| ≤ 0.347, so the rest is below 1e-18.
        double sum = 1;
        for (int k = 14; k > 0; k--)
            sum = 1 + sum * r / k;
        int half = (int)power / 2;
        return sum * PowerOfTwo(half) * PowerOfTwo((int)power - half);
    }

    /// <summary>Natural logarithm.</summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        int exponent = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984;                                            // 2⁵⁴
            exponent = -54;
        }
        long bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> 52) - 1023;
        double mantissa = BitConverter.Int64BitsToDouble(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa /= 2;
            exponent++;
        }
        // ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1), |s| ≤ 0.172.
        double f = mantissa - 1, s = f / (mantissa + 1), square = s * s, sum = 0;
        for (int k = 23; k > 1; k -= 2)
            sum = (sum + 1.0 / k) * square;
        return exponent * Ln2High + (2 * s + (2 * s * sum + exponent * Ln2Low));
    }

    /// <summary>Hyperbolic tangent.</summary>
    public static double Tanh(double x)
    {
        if (Math.Abs(x) < 0.1)
        {
            // tanh = sinh / cosh with their series: no cancellation near 0.
            double square = x * x, sinh = 1, cosh = 1;
            for (int k = 12; k > 0; k -= 2)
            {
                sinh = 1 + sinh * square / (k * (k + 1));
                cosh = 1 + cosh * square / (k * (k - 1));
            }
            return x * sinh / cosh;
        }
        if (Math.Abs(x) > 20)
            return Math.Sign(x);
        double e = Exp(2 * x);
        return (e - 1) / (e + 1);
    }

    /// <summary>Sine.</summary>
    public static double Sin(double x) => Quarter(x, 0);

    /// <summary>Cosine.</summary>
    public static double Cos(double x) => Quarter(x, 1);

    static double Quarter(double x, int shift)
    {
        if (!double.IsFinite(x))
            return double.NaN;
        double turns = Math.Round(x / (HalfPiHigh + HalfPiMiddle));
        double r = x - turns * HalfPiHigh - turns * HalfPiMiddle - turns * HalfPiLow;
        int quarter = (int)((long)turns + shift & 3);
        bool cosine = (quarter & 1) != 0;
        double square = r * r, sum = 1;
        for (int k = cosine ? 20 : 21; k > 1; k -= 2)
            sum = 1 - sum * square / (k * (k - 1));
        double value = cosine ? sum : sum * r;
        return (quarter & 2) != 0 ? -value : value;
    }

    static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
}
