using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <content>The error function and the normal distribution.</content>
internal static partial class VectorMath<TSimd, TVector>
{
    const float RootOfHalf = 0.70710678f;
    const float OneOverRootOfTwoPi = 0.39894228f;

    /// <summary>Error function within 1.4 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Erf(TVector x)
    {
        // erf is 1 in single precision from 3.92 on; the bound keeps the square finite.
        TVector t = Clamp(TSimd.Abs(x), 0, 9.5f);
        TVector square = TSimd.Multiply(t, t);
        TVector near = ErfNearZero(t, square);
        TVector complement = TSimd.Multiply(Exp(TSimd.Negate(square)), ScaledErfc(t));
        TVector far = TSimd.Subtract(TSimd.Broadcast(1), complement);
        return WithSignOf(TSimd.Select(TSimd.LessThan(t, TSimd.Broadcast(1)), near, far), x);
    }

    /// <summary>Distribution function Φ(x) of the normal distribution, within 6.1 ulp, in the lower tail too; 0 below −13.2.</summary>
    /// <param name="x">Any number.</param>
    /// <param name="density">φ(x) = e^(−x²/2) / √(2π), within 2.9 ulp.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Normal(TVector x, out TVector density)
    {
        // Φ(−13.2) is 4.4e-40, Φ(−12.95) the smallest normal number; the bound keeps squares finite.
        TVector bounded = Clamp(x, -20, 20);
        TVector gaussian = GaussianOfHalf(bounded);
        density = TSimd.Multiply(gaussian, TSimd.Broadcast(OneOverRootOfTwoPi));
        TVector t = TSimd.Multiply(TSimd.Abs(bounded), TSimd.Broadcast(RootOfHalf));
        TVector tail = TSimd.Multiply(gaussian, TSimd.Multiply(TSimd.Broadcast(0.5f), ScaledErfc(t)));
        TVector far = TSimd.Select(TSimd.LessThan(x, TSimd.Broadcast(0)), tail, TSimd.Subtract(TSimd.Broadcast(1), tail));

        // About the middle ½ + ½ erf has no cancellation and half the error.
        TVector half = TSimd.Broadcast(0.5f);
        TVector middle = TSimd.MultiplyAdd(half, WithSignOf(ErfNearZero(t, TSimd.Multiply(t, t)), x), half);
        return TSimd.Select(TSimd.LessThan(t, half), middle, far);
    }

    /// <summary>erf(t) for 0 ≤ t ≤ 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector ErfNearZero(TVector t, TVector square)
    {
        // erf(t) / t − 1 as a polynomial in t²: error below 2^-29.
        TVector series = TSimd.Broadcast(7.806903e-05f);
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(-0.0007997853f));
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(0.005187162f));
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(-0.026853347f));
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(0.11283579f));
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(-0.37612626f));
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(0.12837917f));
        return TSimd.MultiplyAdd(t, series, t);
    }

    /// <summary>e^(−x²/2) with what rounding took from x²: without it the relative error would grow as x².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector GaussianOfHalf(TVector x)
    {
        TVector square = TSimd.Multiply(x, x);
        TVector lost = TSimd.MultiplyAdd(x, x, TSimd.Negate(square));
        TVector gaussian = Exp(TSimd.Multiply(TSimd.Broadcast(-0.5f), square));
        return TSimd.MultiplyAdd(gaussian, TSimd.Multiply(TSimd.Broadcast(-0.5f), lost), gaussian);
    }

    /// <summary>e^(t²) erfc(t) for 0 ≤ t ≤ 9.6; of the right order beyond, where e^(−t²) is 0.</summary>
    /// <remarks>(t + 2.5) e^(t²) erfc(t) is smooth in u = (t − 2.5) / (t + 2.5), which maps 0 … ∞ to −1 … 1.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector ScaledErfc(TVector t)
    {
        TVector reciprocal = TSimd.Divide(TSimd.Broadcast(1), TSimd.Add(t, TSimd.Broadcast(2.5f)));
        TVector u = TSimd.Multiply(TSimd.Subtract(t, TSimd.Broadcast(2.5f)), reciprocal);
        TVector series = TSimd.Broadcast(-4.298629e-05f);
        series = TSimd.MultiplyAdd(series, u, TSimd.Broadcast(7.460561e-05f));
        series = TSimd.MultiplyAdd(series, u, TSimd.Broadcast(0.0006505073f));
        series = TSimd.MultiplyAdd(series, u, TSimd.Broadcast(-0.00046071957f));
        series = TSimd.MultiplyAdd(series, u, TSimd.Broadcast(-0.004803011f));
        series = TSimd.MultiplyAdd(series, u, TSimd.Broadcast(0.008399755f));
        series = TSimd.MultiplyAdd(series, u, TSimd.Broadcast(0.028359372f));
        series = TSimd.MultiplyAdd(series, u, TSimd.Broadcast(-0.17125186f));
        series = TSimd.MultiplyAdd(series, u, TSimd.Broadcast(0.45391423f));
        series = TSimd.MultiplyAdd(series, u, TSimd.Broadcast(-0.80465186f));
        series = TSimd.MultiplyAdd(series, u, TSimd.Broadcast(1.0540318f));
        return TSimd.Multiply(series, reciprocal);
    }
}
