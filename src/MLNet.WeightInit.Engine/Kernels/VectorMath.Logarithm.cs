using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <content>Logarithms and what is made of them.</content>
internal static partial class VectorMath<TSimd, TVector>
{
    const float SmallestNormal = 1.17549435e-38f;

    /// <summary>The largest number below the normal ones: all 23 bits of the fraction are set, and no other.</summary>
    const float FractionBits = 1.17549421e-38f;

    /// <summary>Natural logarithm within 0.9 ulp, of numbers below the normal ones too; −∞ at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log(TVector x)
    {
        TVector logarithm = LogOfPositive(x);
        TVector atMostZero = TSimd.Select(TSimd.LessThan(x, TSimd.Broadcast(0)), TSimd.Broadcast(float.NaN), TSimd.Broadcast(float.NegativeInfinity));
        logarithm = TSimd.Select(TSimd.LessThanOrEqual(x, TSimd.Broadcast(0)), atMostZero, logarithm);
        return TSimd.Select(TSimd.LessThanOrEqual(x, TSimd.Broadcast(float.MaxValue)), logarithm, x);      // +∞ and NaN stay
    }

    /// <summary>ln(1 + x) within 1.6 ulp, also where x is small; −∞ at −1, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LogOnePlus(TVector x)
    {
        TVector one = TSimd.Broadcast(1);
        TVector sum = TSimd.Add(one, x);
        // What rounding took from 1 + x, to first order.
        TVector lost = TSimd.Divide(TSimd.Subtract(x, TSimd.Subtract(sum, one)), sum);
        TVector logarithm = TSimd.Add(LogOfPositive(sum), lost);
        TVector atMostZero = TSimd.Select(TSimd.LessThan(sum, TSimd.Broadcast(0)), TSimd.Broadcast(float.NaN), TSimd.Broadcast(float.NegativeInfinity));
        logarithm = TSimd.Select(TSimd.LessThanOrEqual(sum, TSimd.Broadcast(0)), atMostZero, logarithm);
        return TSimd.Select(TSimd.LessThanOrEqual(sum, TSimd.Broadcast(float.MaxValue)), logarithm, x);
    }

    /// <summary>ln(1 + e^x) within 2.0 ulp; 0 below −87.33654.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Softplus(TVector x)
    {
        TVector one = TSimd.Broadcast(1);
        TVector exponential = Exp(TSimd.Negate(TSimd.Abs(x)));
        TVector sum = TSimd.Add(one, exponential);
        TVector lost = TSimd.Divide(TSimd.Subtract(exponential, TSimd.Subtract(sum, one)), sum);
        TVector logarithm = TSimd.Add(LogOfPositive(sum), lost);
        return TSimd.Add(TSimd.Max(x, TSimd.Broadcast(0)), logarithm);
    }

    /// <summary>ln x for 0 &lt; x &lt; ∞; anything elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector LogOfPositive(TVector x)
    {
        TVector one = TSimd.Broadcast(1);
        TVector zero = TSimd.Broadcast(0);
        TVector subnormal = TSimd.LessThan(x, TSimd.Broadcast(SmallestNormal));
        TVector normal = TSimd.Select(subnormal, TSimd.Multiply(x, TSimd.Broadcast(1 << 23)), x);
        TVector exponent = TSimd.Subtract(TSimd.Exponent(normal), TSimd.Select(subnormal, TSimd.Broadcast(23), zero));
        TVector fraction = TSimd.Or(TSimd.And(normal, TSimd.Broadcast(FractionBits)), one);

        // From [1, 2) to [√½, √2): the series is about 1, and no exponent of −1 cancels a logarithm just below ln 2.
        TVector upper = TSimd.LessThan(TSimd.Broadcast(1.41421354f), fraction);
        fraction = TSimd.Select(upper, TSimd.Multiply(fraction, TSimd.Broadcast(0.5f)), fraction);
        exponent = TSimd.Add(exponent, TSimd.Select(upper, one, zero));

        // (ln(1 + f) − f + f²/2) / f³ on √½ − 1 … √2 − 1: error of ln(1 + f) below 2^-30.
        TVector f = TSimd.Subtract(fraction, one);
        TVector square = TSimd.Multiply(f, f);
        TVector series = TSimd.Broadcast(0.067503795f);
        series = TSimd.MultiplyAdd(series, f, TSimd.Broadcast(-0.11672097f));
        series = TSimd.MultiplyAdd(series, f, TSimd.Broadcast(0.11884102f));
        series = TSimd.MultiplyAdd(series, f, TSimd.Broadcast(-0.12405987f));
        series = TSimd.MultiplyAdd(series, f, TSimd.Broadcast(0.1422027f));
        series = TSimd.MultiplyAdd(series, f, TSimd.Broadcast(-0.16667996f));
        series = TSimd.MultiplyAdd(series, f, TSimd.Broadcast(0.20002075f));
        series = TSimd.MultiplyAdd(series, f, TSimd.Broadcast(-0.2500001f));
        series = TSimd.MultiplyAdd(series, f, TSimd.Broadcast(0.33333313f));
        TVector small = TSimd.Multiply(TSimd.Multiply(f, square), series);
        small = TSimd.MultiplyAdd(exponent, TSimd.Broadcast(Ln2Low), small);
        small = TSimd.MultiplyAdd(TSimd.Broadcast(-0.5f), square, small);
        return TSimd.MultiplyAdd(exponent, TSimd.Broadcast(Ln2High), TSimd.Add(f, small));
    }
}
