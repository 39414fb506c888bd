using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Randomness;

/// <summary>Φ⁻¹, the inverse of the normal distribution function, without any library function.</summary>
/// <remarks>
/// The form is Giles's ("Approximating the erfinv function", GPU Computing Gems 2, 2011): with x = 1 − 2p and w = −ln(4 p (1 − p)), the ratio
/// Φ⁻¹ / x is smooth in w for small w and in √w for large w. The two polynomials here are this project's own: Chebyshev interpolants of that ratio,
/// taken from a double-precision quantile, over 0 ≤ w ≤ 7 (degree 10) and 7 ≤ w ≤ 22 (degree 8; 22 covers p ≥ 2⁻³³). Each is within 2e-8
/// of the ratio, relatively; rounding to single precision brings the whole to a few 1e-7.
/// </remarks>
internal static class NormalQuantile<TSimd, TVector> where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const float Border = 7;
    const float CentralOrigin = 3.5f, TailOrigin = 3.625f;
    const float Ln2 = 0.6931471805599453f;
    const float Sqrt2 = 1.4142135623730951f;

    /// <remarks>Two vectors at a time, step by step: each is one long chain of operations that wait for one another, and a processor that looks 60 operations ahead sees the next vector's only where they stand beside it.</remarks>
    /// <param name="first">Probability beyond the quantile on its own side, in [2⁻³³, ½]; becomes the quantile.</param>
    /// <param name="firstCentred">1 − 2 · that, with the sign of the side.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluate(ref TVector first, TVector firstCentred, ref TVector second, TVector secondCentred)
    {
        TVector one = TSimd.Broadcast(1), border = TSimd.Broadcast(Border);
        TVector w = TSimd.Multiply(TSimd.Multiply(TSimd.Broadcast(4), first), TSimd.Subtract(one, first));
        TVector v = TSimd.Multiply(TSimd.Multiply(TSimd.Broadcast(4), second), TSimd.Subtract(one, second));
        MinusLog(ref w, ref v);
        first = TSimd.Subtract(w, TSimd.Broadcast(CentralOrigin));
        second = TSimd.Subtract(v, TSimd.Broadcast(CentralOrigin));
        CentralRatio(ref first, ref second);
        // One value in 2,200 is in a tail: most vectors have none, and save a root and a polynomial.
        if (!TSimd.AllZero(TSimd.LessThanOrEqual(border, TSimd.Max(w, v))))
        {
            TVector isCentral = TSimd.LessThan(w, border), isOtherCentral = TSimd.LessThan(v, border);
            // Beside the median rounding may leave w just below 0, and in the centre the root is not used: 1 stands in for it.
            w = TSimd.Subtract(TSimd.Sqrt(TSimd.Select(isCentral, one, w)), TSimd.Broadcast(TailOrigin));
            v = TSimd.Subtract(TSimd.Sqrt(TSimd.Select(isOtherCentral, one, v)), TSimd.Broadcast(TailOrigin));
            TailRatio(ref w, ref v);
            first = TSimd.Select(isCentral, first, w);
            second = TSimd.Select(isOtherCentral, second, v);
        }
        first = TSimd.Multiply(firstCentred, first);
        second = TSimd.Multiply(secondCentred, second);
    }

    /// <summary>−ln q for q in [2⁻³², 1 + ε]: ln q = e ln 2 + 2 artanh((m − 1) / (m + 1)), with m in (√½, √2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void MinusLog(ref TVector first, ref TVector second)
    {
        TVector one = TSimd.Broadcast(1), half = TSimd.Broadcast(0.5f), root = TSimd.Broadcast(Sqrt2);
        TVector exponent = TSimd.Exponent(first), power = TSimd.Exponent(second);
        TVector mantissa = TSimd.Multiply(first, TSimd.PowerOfTwo(TSimd.Negate(exponent)));
        TVector other = TSimd.Multiply(second, TSimd.PowerOfTwo(TSimd.Negate(power)));
        TVector isLarge = TSimd.LessThan(root, mantissa), isOtherLarge = TSimd.LessThan(root, other);
        mantissa = TSimd.Select(isLarge, TSimd.Multiply(mantissa, half), mantissa);
        other = TSimd.Select(isOtherLarge, TSimd.Multiply(other, half), other);
        exponent = TSimd.Add(exponent, TSimd.And(isLarge, one));
        power = TSimd.Add(power, TSimd.And(isOtherLarge, one));
        TVector s = TSimd.Divide(TSimd.Subtract(mantissa, one), TSimd.Add(mantissa, one));
        TVector t = TSimd.Divide(TSimd.Subtract(other, one), TSimd.Add(other, one));
        TVector square = TSimd.Multiply(s, s), otherSquare = TSimd.Multiply(t, t);
        // artanh s = s (1 + s²/3 + s⁴/5 + s⁶/7 + s⁸/9 + …); |s| ≤ 0.1716, so the next term is below 3e-9.
        first = second = TSimd.Broadcast(1f / 9);
        first = TSimd.MultiplyAdd(first, square, TSimd.Broadcast(1f / 7));
        second = TSimd.MultiplyAdd(second, otherSquare, TSimd.Broadcast(1f / 7));
        first = TSimd.MultiplyAdd(first, square, TSimd.Broadcast(1f / 5));
        second = TSimd.MultiplyAdd(second, otherSquare, TSimd.Broadcast(1f / 5));
        first = TSimd.MultiplyAdd(first, square, TSimd.Broadcast(1f / 3));
        second = TSimd.MultiplyAdd(second, otherSquare, TSimd.Broadcast(1f / 3));
        s = TSimd.Add(s, s);
        t = TSimd.Add(t, t);
        first = TSimd.MultiplyAdd(TSimd.Multiply(s, square), first, s);
        second = TSimd.MultiplyAdd(TSimd.Multiply(t, otherSquare), second, t);
        first = TSimd.Negate(TSimd.MultiplyAdd(exponent, TSimd.Broadcast(Ln2), first));
        second = TSimd.Negate(TSimd.MultiplyAdd(power, TSimd.Broadcast(Ln2), second));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void CentralRatio(ref TVector first, ref TVector second)
    {
        TVector t = first, u = second;
        first = second = TSimd.Broadcast(8.256154250219476e-10f);
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(-3.457149671610892e-09f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(-3.457149671610892e-09f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(-4.894512608787952e-08f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(-4.894512608787952e-08f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(4.790557099754656e-07f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(4.790557099754656e-07f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(-5.587598378104082e-07f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(-5.587598378104082e-07f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(-2.245750003127187e-05f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(-2.245750003127187e-05f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(0.00022428121529981292f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(0.00022428121529981292f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(-0.0006804008292381798f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(-0.0006804008292381798f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(-0.009499391507679948f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(-0.009499391507679948f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(0.33284691284644974f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(0.33284691284644974f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(2.464733712695302f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(2.464733712695302f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void TailRatio(ref TVector first, ref TVector second)
    {
        TVector t = first, u = second;
        first = second = TSimd.Broadcast(7.14883137993629e-05f);
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(-0.00023824620381488707f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(-0.00023824620381488707f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(0.00039547047560385484f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(0.00039547047560385484f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(-0.0005857632487201957f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(-0.0005857632487201957f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(0.0010627962449126986f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(0.0010627962449126986f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(-0.0022761319786500757f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(-0.0022761319786500757f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(0.003668736688368645f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(0.003668736688368645f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(1.4256676087931315f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(1.4256676087931315f));
        first = TSimd.MultiplyAdd(first, t, TSimd.Broadcast(4.895235525578992f));
        second = TSimd.MultiplyAdd(second, u, TSimd.Broadcast(4.895235525578992f));
    }
}
