using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Elementary functions on vectors of floats: exponentials and their kin.</summary>
/// <remarks>Only exactly rounded operations, fused multiply-add and bit operations, without a branch: a lane's result depends on that
/// lane's argument alone and has the same bits at every fused width. NaN gives NaN. Errors are stated in units in the last place of the
/// exact result; docs/kernels.md has them in a table, with those without fused multiply-add, and the tests check both over all exponents.
/// Polynomials are minimax fits of this project (tests/goldens/polynomials.py makes them again).</remarks>
internal static partial class VectorMath<TSimd, TVector> where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const float Log2OfE = 1.44269504f;

    /// <summary>ln 2 to 15 bits after the point, so that its product with an exponent is exact even without fused multiply-add; and the rest.</summary>
    const float Ln2High = 0.693145751953125f, Ln2Low = 1.4286068e-06f;

    /// <summary>ln 2^-126: below it <see cref="Exp"/> gives 0, since results below the normal numbers are up to a hundred times slower to compute with.</summary>
    const float SmallestExponent = -87.33654f;

    /// <summary>e^x within 1.0 ulp; 0 below −87.33654, where the result is smaller than a normal number; +∞ above 88.72284.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        TVector limited = Clamp(x, -88, 89);
        TVector fractionLessOne = ReducedExpMinusOne(limited, out TVector exponent);
        // Two factors: 2^128 is no float, but the product of a number below 1 with it may be.
        TVector half = TSimd.Round(TSimd.Multiply(exponent, TSimd.Broadcast(0.5f)));
        TVector scaled = TSimd.Multiply(TSimd.Add(TSimd.Broadcast(1), fractionLessOne), TSimd.PowerOfTwo(half));
        scaled = TSimd.Multiply(scaled, TSimd.PowerOfTwo(TSimd.Subtract(exponent, half)));
        return TSimd.Select(TSimd.LessThan(x, TSimd.Broadcast(SmallestExponent)), TSimd.Broadcast(0), scaled);
    }

    /// <summary>e^x − 1 within 1.5 ulp, also where x is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ExpMinusOne(TVector x)
    {
        // e^-30 is below half an ulp of 1.
        TVector limited = Clamp(x, -30, 89);
        TVector fractionLessOne = ReducedExpMinusOne(limited, out TVector exponent);
        TVector halfScale = TSimd.PowerOfTwo(TSimd.Subtract(exponent, TSimd.Broadcast(1)));
        TVector half = TSimd.MultiplyAdd(halfScale, fractionLessOne, TSimd.Subtract(halfScale, TSimd.Broadcast(0.5f)));
        return TSimd.Add(half, half);
    }

    /// <summary>Logistic function 1 / (1 + e^−x) within 2.5 ulp in both tails; 0 below −87.33654.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x)
    {
        TVector exponential = Exp(TSimd.Negate(TSimd.Abs(x)));
        TVector numerator = TSimd.Select(TSimd.LessThan(x, TSimd.Broadcast(0)), exponential, TSimd.Broadcast(1));
        return TSimd.Divide(numerator, TSimd.Add(TSimd.Broadcast(1), exponential));
    }

    /// <summary>As <see cref="Sigmoid(TVector)"/>, and 1 − sigmoid with the same relative precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x, out TVector complement)
    {
        TVector one = TSimd.Broadcast(1);
        TVector exponential = Exp(TSimd.Negate(TSimd.Abs(x)));
        TVector denominator = TSimd.Add(one, exponential);
        TVector larger = TSimd.Divide(one, denominator);
        TVector smaller = TSimd.Divide(exponential, denominator);
        TVector negative = TSimd.LessThan(x, TSimd.Broadcast(0));
        complement = TSimd.Select(negative, larger, smaller);
        return TSimd.Select(negative, smaller, larger);
    }

    /// <summary>Hyperbolic tangent within 2.6 ulp, also where x is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x)
    {
        // tanh |x| = (1 − e^−2|x|) / (1 + e^−2|x|): no overflow and, through ExpMinusOne, no cancellation.
        TVector decayed = ExpMinusOne(TSimd.Multiply(TSimd.Broadcast(-2), TSimd.Abs(x)));
        TVector magnitude = TSimd.Divide(TSimd.Abs(decayed), TSimd.Add(TSimd.Broadcast(2), decayed));
        return WithSignOf(magnitude, x);
    }

    /// <summary>The nearest number from a range; NaN stays.</summary>
    /// <remarks>Comparisons, since the minimum of IEEE 754-2019 takes five instructions where the hardware's own forgets NaN.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Clamp(TVector x, float lowest, float highest)
    {
        TVector low = TSimd.Broadcast(lowest), high = TSimd.Broadcast(highest);
        return TSimd.Select(TSimd.LessThan(high, x), high, TSimd.Select(TSimd.LessThan(x, low), low, x));
    }

    /// <summary>e^x = 2^exponent · (1 + result), exponent integral, |result| at most √2 − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector ReducedExpMinusOne(TVector x, out TVector exponent)
    {
        exponent = TSimd.Round(TSimd.Multiply(x, TSimd.Broadcast(Log2OfE)));
        TVector reduced = TSimd.MultiplyAdd(exponent, TSimd.Broadcast(-Ln2High), x);
        reduced = TSimd.MultiplyAdd(exponent, TSimd.Broadcast(-Ln2Low), reduced);
        // (e^r − 1 − r) / r² on |r| ≤ ln 2 / 2: error of e^r − 1 below 2^-31.
        TVector series = TSimd.Broadcast(0.00019763397f);
        series = TSimd.MultiplyAdd(series, reduced, TSimd.Broadcast(0.0013932342f));
        series = TSimd.MultiplyAdd(series, reduced, TSimd.Broadcast(0.008333544f));
        series = TSimd.MultiplyAdd(series, reduced, TSimd.Broadcast(0.041666493f));
        series = TSimd.MultiplyAdd(series, reduced, TSimd.Broadcast(0.16666666f));
        series = TSimd.MultiplyAdd(series, reduced, TSimd.Broadcast(0.5f));
        return TSimd.MultiplyAdd(TSimd.Multiply(reduced, reduced), series, reduced);
    }

    /// <summary>A magnitude of at least 0 with the sign of another vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector WithSignOf(TVector magnitude, TVector sign) => TSimd.Or(magnitude, TSimd.And(sign, TSimd.Broadcast(-0f)));
}
