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

    /// <param name="tail">Probability beyond the quantile on its own side, in [2⁻³³, ½].</param>
    /// <param name="centred">1 − 2 · tail, with the sign of the side.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate(TVector tail, TVector centred)
    {
        TVector one = TSimd.Broadcast(1);
        TVector w = MinusLog(TSimd.Multiply(TSimd.Multiply(TSimd.Broadcast(4), tail), TSimd.Subtract(one, tail)));
        TVector isCentral = TSimd.LessThan(w, TSimd.Broadcast(Border));
        TVector central = CentralRatio(TSimd.Subtract(w, TSimd.Broadcast(CentralOrigin)));
        // Beside the median rounding may leave w just below 0, and in the centre the root is not used: 1 stands in for it.
        TVector outer = TailRatio(TSimd.Subtract(TSimd.Sqrt(TSimd.Select(isCentral, one, w)), TSimd.Broadcast(TailOrigin)));
        return TSimd.Multiply(centred, TSimd.Select(isCentral, central, outer));
    }

    /// <summary>−ln q for q in [2⁻³², 1 + ε]: ln q = e ln 2 + 2 artanh((m − 1) / (m + 1)), with m in (√½, √2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector MinusLog(TVector value)
    {
        TVector one = TSimd.Broadcast(1);
        TVector exponent = TSimd.Exponent(value);
        TVector mantissa = TSimd.Multiply(value, TSimd.PowerOfTwo(TSimd.Negate(exponent)));
        TVector isLarge = TSimd.LessThan(TSimd.Broadcast(Sqrt2), mantissa);
        mantissa = TSimd.Select(isLarge, TSimd.Multiply(mantissa, TSimd.Broadcast(0.5f)), mantissa);
        exponent = TSimd.Add(exponent, TSimd.And(isLarge, one));
        TVector s = TSimd.Divide(TSimd.Subtract(mantissa, one), TSimd.Add(mantissa, one));
        TVector square = TSimd.Multiply(s, s);
        // artanh s = s (1 + s²/3 + s⁴/5 + s⁶/7 + s⁸/9 + …); |s| ≤ 0.1716, so the next term is below 3e-9.
        TVector series = TSimd.Broadcast(1f / 9);
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(1f / 7));
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(1f / 5));
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(1f / 3));
        TVector twice = TSimd.Add(s, s);
        TVector logarithm = TSimd.MultiplyAdd(TSimd.Multiply(twice, square), series, twice);
        return TSimd.Negate(TSimd.MultiplyAdd(exponent, TSimd.Broadcast(Ln2), logarithm));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector CentralRatio(TVector t)
    {
        TVector sum = TSimd.Broadcast(8.256154250219476e-10f);
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(-3.457149671610892e-09f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(-4.894512608787952e-08f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(4.790557099754656e-07f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(-5.587598378104082e-07f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(-2.245750003127187e-05f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(0.00022428121529981292f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(-0.0006804008292381798f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(-0.009499391507679948f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(0.33284691284644974f));
        return TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(2.464733712695302f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector TailRatio(TVector t)
    {
        TVector sum = TSimd.Broadcast(7.14883137993629e-05f);
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(-0.00023824620381488707f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(0.00039547047560385484f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(-0.0005857632487201957f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(0.0010627962449126986f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(-0.0022761319786500757f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(0.003668736688368645f));
        sum = TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(1.4256676087931315f));
        return TSimd.MultiplyAdd(sum, t, TSimd.Broadcast(4.895235525578992f));
    }
}
