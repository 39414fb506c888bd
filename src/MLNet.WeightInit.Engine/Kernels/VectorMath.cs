namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Transcendental functions of whole vectors, without branches and without libm: the same bits at every width that has fused multiply-add.</summary>
/// <remarks>
/// Polynomials are minimax fits of relative error (tests/goldens/polynomials.py makes them again). NaN gives NaN everywhere. Errors against double precision, in units in the last
/// place, over the whole range (VectorMathTests): exp 1, log 1, expm1 2, log1p 2, tanh 3, sigmoid 3, softplus 2, erf 2, normal distribution 6, sin and cos 2e-7 absolute up to 1e5.
/// Results below 2⁻¹²⁶ may be flushed to zero.
/// </remarks>
internal static class VectorMath<TSimd, TVector> where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const float Log2OfE = 1.44269504f;

    /// <summary>ln 2 in two parts: the first has few enough bits that its product with an exponent is exact.</summary>
    const float Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;

    /// <summary>e^x; 0 below −87.33 (where the result would be denormal), ∞ above 88.72.</summary>
    public static TVector Exp(TVector x)
    {
        const float Lowest = -87.33654f, Highest = 88.72284f;
        TVector bounded = TSimd.Min(TSimd.Max(x, Value(Lowest)), Value(Highest));
        TVector power = TSimd.Round(TSimd.Multiply(bounded, Value(Log2OfE)));
        TVector r = ReduceByLn2(bounded, power);
        TVector result = TSimd.Add(ExpMinusOneOf(r), Value(1));
        result = ScaleByPower(result, power);
        result = TSimd.Select(TSimd.LessThan(x, Value(Lowest)), Value(0), result);
        return TSimd.Select(TSimd.LessThan(Value(Highest), x), Value(float.PositiveInfinity), result);
    }

    /// <summary>e^x − 1 without cancellation near 0; −1 far below.</summary>
    public static TVector ExpMinusOne(TVector x)
    {
        const float Lowest = -30, Highest = 88.72284f;
        TVector bounded = TSimd.Min(TSimd.Max(x, Value(Lowest)), Value(Highest));
        TVector power = TSimd.Round(TSimd.Multiply(bounded, Value(Log2OfE)));
        TVector part = ExpMinusOneOf(ReduceByLn2(bounded, power));
        // 2ⁿ (p + 1) − 1 = 2 (2ⁿ⁻¹ p + (2ⁿ⁻¹ − ½)), so that n = 128 doesn't overflow.
        TVector half = TSimd.PowerOfTwo(TSimd.Subtract(power, Value(1)));
        TVector result = TSimd.Multiply(Value(2), TSimd.MultiplyAdd(half, part, TSimd.Subtract(half, Value(0.5f))));
        return TSimd.Select(TSimd.LessThan(Value(Highest), x), Value(float.PositiveInfinity), result);
    }

    /// <summary>Natural logarithm; −∞ at 0, NaN below.</summary>
    public static TVector Log(TVector x)
    {
        const float SmallestNormal = 1.17549435e-38f, TwoTo24 = 16_777_216, RootHalf = 0.707106781f;
        TVector isTiny = TSimd.LessThan(x, Value(SmallestNormal));
        TVector normal = TSimd.Select(isTiny, TSimd.Multiply(x, Value(TwoTo24)), x);
        TVector exponent = TSimd.Add(TSimd.Exponent(normal), TSimd.Select(isTiny, Value(-23), Value(1)));
        TVector mantissa = TSimd.Or(TSimd.And(normal, Value(BitConverter.UInt32BitsToSingle(0x007f_ffff))), Value(0.5f));     // ½ … 1
        TVector below = TSimd.LessThan(mantissa, Value(RootHalf));
        exponent = TSimd.Subtract(exponent, TSimd.And(below, Value(1)));
        TVector f = TSimd.Subtract(TSimd.Add(mantissa, TSimd.And(below, mantissa)), Value(1));                              // √½ − 1 … √2 − 1

        TVector p = Value(0.06750472f);
        p = TSimd.MultiplyAdd(p, f, Value(-0.116822585f));
        p = TSimd.MultiplyAdd(p, f, Value(0.11890072f));
        p = TSimd.MultiplyAdd(p, f, Value(-0.12404707f));
        p = TSimd.MultiplyAdd(p, f, Value(0.14219198f));
        p = TSimd.MultiplyAdd(p, f, Value(-0.16668029f));
        p = TSimd.MultiplyAdd(p, f, Value(0.20002136f));
        p = TSimd.MultiplyAdd(p, f, Value(-0.2500001f));
        p = TSimd.MultiplyAdd(p, f, Value(0.33333313f));
        TVector square = TSimd.Multiply(f, f);
        TVector tail = TSimd.MultiplyAdd(TSimd.Multiply(square, f), p, TSimd.Multiply(exponent, Value(Ln2Low)));
        tail = TSimd.MultiplyAdd(square, Value(-0.5f), tail);
        TVector result = TSimd.MultiplyAdd(exponent, Value(Ln2High), TSimd.Add(f, tail));

        result = TSimd.Select(TSimd.LessThan(x, Value(float.PositiveInfinity)), result, x);                                 // ∞ and NaN stay
        result = TSimd.Select(TSimd.LessThan(TSimd.Abs(x), Value(float.Epsilon)), Value(float.NegativeInfinity), result);
        return TSimd.Select(TSimd.LessThan(x, Value(0)), Value(float.NaN), result);
    }

    /// <summary>ln(1 + x) without cancellation near 0, for x above −1.</summary>
    /// <remarks>ln(u) · x / (u − 1) with u = 1 + x rounded: Kahan's correction; where u is 1, x itself.</remarks>
    public static TVector LogOnePlus(TVector x)
    {
        const float HalfUnit = 5.9604645e-8f;
        TVector u = TSimd.Add(x, Value(1));
        TVector difference = TSimd.Subtract(u, Value(1));
        TVector isNothing = TSimd.LessThan(TSimd.Abs(difference), Value(HalfUnit));
        TVector corrected = TSimd.Multiply(Log(u), TSimd.Divide(x, TSimd.Select(isNothing, Value(1), difference)));
        TVector result = TSimd.Select(isNothing, x, corrected);
        return TSimd.Select(TSimd.LessThan(Value(1e30f), x), Log(x), result);
    }

    /// <summary>1 / (1 + e^−x).</summary>
    public static TVector Sigmoid(TVector x)
    {
        TVector exponential = Exp(TSimd.Negate(TSimd.Abs(x)));
        TVector numerator = TSimd.Select(TSimd.LessThan(x, Value(0)), exponential, Value(1));
        return TSimd.Divide(numerator, TSimd.Add(exponential, Value(1)));
    }

    /// <summary>ln(1 + e^x).</summary>
    public static TVector Softplus(TVector x)
        => TSimd.Add(TSimd.Max(x, Value(0)), LogOnePlus(Exp(TSimd.Negate(TSimd.Abs(x)))));

    /// <summary>Hyperbolic tangent, to the last places near 0 too: −t / (t + 2) with t = e^(−2|x|) − 1.</summary>
    public static TVector Tanh(TVector x)
    {
        TVector t = ExpMinusOne(TSimd.Multiply(TSimd.Abs(x), Value(-2)));
        return WithSignOf(x, TSimd.Divide(TSimd.Negate(t), TSimd.Add(t, Value(2))));
    }

    /// <summary>Error function.</summary>
    public static TVector Erf(TVector x)
    {
        TVector size = TSimd.Abs(x);
        TVector outside = TSimd.Subtract(Value(1), ErfComplementOf(size));
        return TSimd.Select(TSimd.LessThan(size, Value(1)), ErfInside(x), WithSignOf(x, outside));
    }

    /// <summary>The standard normal distribution function Φ(x) = ½ erfc(−x / √2), with its lower tail to relative precision.</summary>
    public static TVector NormalDistribution(TVector x)
    {
        const float RootHalf = 0.707106781f;
        TVector scaled = TSimd.Multiply(x, Value(RootHalf));
        TVector size = TSimd.Abs(scaled);
        TVector tail = TSimd.Multiply(Value(0.5f), ErfComplementOf(size));
        TVector outside = TSimd.Select(TSimd.LessThan(x, Value(0)), tail, TSimd.Subtract(Value(1), tail));
        return TSimd.Select(TSimd.LessThan(size, Value(0.5f)), TSimd.MultiplyAdd(Value(0.5f), ErfInside(scaled), Value(0.5f)), outside);
    }

    /// <summary>The standard normal density e^(−x² / 2) / √(2π).</summary>
    public static TVector NormalDensity(TVector x)
        => TSimd.Multiply(Value(0.398942280f), ExpMinusSquare(TSimd.Multiply(x, Value(0.707106781f))));

    /// <summary>Sine. Beyond |x| = 1e5 the argument's own rounding takes the digits: the result stays bounded by 1, of some phase; NaN for ±∞.</summary>
    public static TVector Sin(TVector x)
    {
        TVector turns = TSimd.Round(TSimd.Multiply(x, Value(0.318309886f)));
        return SineOfReduced(ReduceByPi(x, turns), turns);
    }

    /// <summary>Cosine, as <see cref="Sin"/>.</summary>
    public static TVector Cos(TVector x)
    {
        TVector turns = TSimd.Round(TSimd.MultiplyAdd(x, Value(0.318309886f), Value(-0.5f)));
        // cos x = −sin(x − (n + ½) π) · (−1)ⁿ
        return TSimd.Negate(SineOfReduced(ReduceByPi(x, TSimd.Add(turns, Value(0.5f))), turns));
    }

    /// <summary>e^(−x²), with the rounding of x² made good: it would cost x² units in the last place.</summary>
    public static TVector ExpMinusSquare(TVector x)
    {
        TVector square = TSimd.Multiply(x, x);
        TVector rest = TSimd.MultiplyAdd(x, x, TSimd.Negate(square));
        TVector result = Exp(TSimd.Negate(square));
        // Where x² is infinite the rest is not a number, and the exponential is 0 whatever it is.
        return TSimd.Select(TSimd.LessThan(square, Value(104)), TSimd.MultiplyAdd(result, TSimd.Negate(rest), result), result);
    }

    static TVector Value(float value) => TSimd.Broadcast(value);

    static TVector WithSignOf(TVector x, TVector size)
        => TSimd.Or(TSimd.And(x, Value(-0f)), size);

    static TVector ReduceByLn2(TVector x, TVector power)
        => TSimd.MultiplyAdd(power, Value(-Ln2Low), TSimd.MultiplyAdd(power, Value(-Ln2High), x));

    /// <summary>e^r − 1 for |r| ≤ ½ ln 2: r + r² p(r).</summary>
    static TVector ExpMinusOneOf(TVector r)
    {
        TVector p = Value(0.00019790347f);
        p = TSimd.MultiplyAdd(p, r, Value(0.001394466f));
        p = TSimd.MultiplyAdd(p, r, Value(0.008333497f));
        p = TSimd.MultiplyAdd(p, r, Value(0.041666295f));
        p = TSimd.MultiplyAdd(p, r, Value(0.16666666f));
        p = TSimd.MultiplyAdd(p, r, Value(0.5f));
        return TSimd.MultiplyAdd(TSimd.Multiply(r, r), p, r);
    }

    /// <summary>value · 2^power in two steps, since 2^128 is no float but value · 2^128 may be one.</summary>
    static TVector ScaleByPower(TVector value, TVector power)
    {
        TVector half = TSimd.Round(TSimd.Multiply(power, Value(0.5f)));
        return TSimd.Multiply(TSimd.Multiply(value, TSimd.PowerOfTwo(half)), TSimd.PowerOfTwo(TSimd.Subtract(power, half)));
    }

    /// <summary>erf on |x| &lt; 1: x p(x²).</summary>
    static TVector ErfInside(TVector x)
    {
        TVector square = TSimd.Multiply(x, x);
        TVector p = Value(7.854014e-05f);
        p = TSimd.MultiplyAdd(p, square, Value(-0.00080102443f));
        p = TSimd.MultiplyAdd(p, square, Value(0.0051883343f));
        p = TSimd.MultiplyAdd(p, square, Value(-0.026853817f));
        p = TSimd.MultiplyAdd(p, square, Value(0.112835854f));
        p = TSimd.MultiplyAdd(p, square, Value(-0.37612626f));
        p = TSimd.MultiplyAdd(p, square, Value(1.28379166e-1f));                  // 2/√π − 1, so that the leading term rounds once
        return TSimd.MultiplyAdd(p, x, x);
    }

    /// <summary>erfc(t) = e^(−t²) g(u) for t ≥ 0, with u = (t − 3) / (t + 3): the scaled complement is smooth in u up to t = 14, where the exponential is 0.</summary>
    static TVector ErfComplementOf(TVector t)
    {
        TVector bounded = TSimd.Min(t, Value(14));
        TVector u = TSimd.Divide(TSimd.Subtract(bounded, Value(3)), TSimd.Add(bounded, Value(3)));
        TVector p = Value(5.64168e-05f);
        p = TSimd.MultiplyAdd(p, u, Value(3.0019086e-05f));
        p = TSimd.MultiplyAdd(p, u, Value(-0.0005941219f));
        p = TSimd.MultiplyAdd(p, u, Value(0.0007151367f));
        p = TSimd.MultiplyAdd(p, u, Value(0.0042684814f));
        p = TSimd.MultiplyAdd(p, u, Value(-0.024394142f));
        p = TSimd.MultiplyAdd(p, u, Value(0.07166595f));
        p = TSimd.MultiplyAdd(p, u, Value(-0.15011579f));
        p = TSimd.MultiplyAdd(p, u, Value(0.24560378f));
        p = TSimd.MultiplyAdd(p, u, Value(-0.32623357f));
        p = TSimd.MultiplyAdd(p, u, Value(0.17900115f));
        return TSimd.Multiply(ExpMinusSquare(bounded), p);
    }

    /// <summary>x − turns · π with π in three parts.</summary>
    static TVector ReduceByPi(TVector x, TVector turns)
    {
        TVector r = TSimd.MultiplyAdd(turns, Value(-3.14159274f), x);
        r = TSimd.MultiplyAdd(turns, Value(8.74227766e-8f), r);
        return TSimd.MultiplyAdd(turns, Value(3.43025068e-15f), r);
    }

    /// <summary>sin(r) · (−1)^turns for |r| ≤ π / 2: r + r³ p(r²), and r clamped, so that a huge argument stays bounded.</summary>
    static TVector SineOfReduced(TVector r, TVector turns)
    {
        r = TSimd.Min(TSimd.Max(r, Value(-1.57079637f)), Value(1.57079637f));
        TVector square = TSimd.Multiply(r, r);
        TVector p = Value(-2.3886585e-08f);
        p = TSimd.MultiplyAdd(p, square, Value(2.7525255e-06f));
        p = TSimd.MultiplyAdd(p, square, Value(-0.00019840866f));
        p = TSimd.MultiplyAdd(p, square, Value(0.008333331f));
        p = TSimd.MultiplyAdd(p, square, Value(-0.16666667f));
        TVector sine = TSimd.MultiplyAdd(TSimd.Multiply(square, r), p, r);
        TVector odd = TSimd.Abs(TSimd.MultiplyAdd(TSimd.Round(TSimd.Multiply(turns, Value(0.5f))), Value(-2), turns));         // 0 or 1
        return TSimd.Select(TSimd.LessThan(Value(0.5f), odd), TSimd.Negate(sine), sine);
    }
}
