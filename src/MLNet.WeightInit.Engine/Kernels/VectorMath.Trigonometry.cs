using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <content>Sine and cosine.</content>
internal static partial class VectorMath<TSimd, TVector>
{
    const float OneOverPi = 0.318309886f;

    /// <summary>π as the sum of three floats: the remainder of the division by π is exact to 72 bits.</summary>
    const float Pi1 = 3.1415927f, Pi2 = -8.742278e-08f, Pi3 = -3.430249e-15f;

    /// <summary>Sine within 1.8 ulp for |x| up to 1e5, near multiples of π too; beyond, a number in −1 … 1 that is the same everywhere; NaN at ±∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sin(TVector x)
    {
        TVector turns = TSimd.Round(TSimd.Multiply(x, TSimd.Broadcast(OneOverPi)));
        TVector sine = SineOfRemainder(x, turns);
        return TSimd.Multiply(sine, Parity(turns));
    }

    /// <summary>Cosine within 1.9 ulp for |x| up to 1e5, near odd multiples of π/2 too; beyond, a number in −1 … 1 that is the same everywhere; NaN at ±∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Cos(TVector x)
    {
        // x = (k + ½) π + r: cos x = −(−1)^k sin r.
        TVector half = TSimd.Broadcast(0.5f);
        TVector turns = TSimd.Round(TSimd.MultiplyAdd(x, TSimd.Broadcast(OneOverPi), TSimd.Negate(half)));
        TVector sine = SineOfRemainder(x, TSimd.Add(turns, half));
        return TSimd.Negate(TSimd.Multiply(sine, Parity(turns)));
    }

    /// <summary>1 for an even number, −1 for an odd one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Parity(TVector turns)
    {
        TVector half = TSimd.Multiply(turns, TSimd.Broadcast(0.5f));
        TVector remainder = TSimd.Abs(TSimd.Subtract(half, TSimd.Round(half)));
        return TSimd.MultiplyAdd(TSimd.Broadcast(-4), remainder, TSimd.Broadcast(1));
    }

    /// <summary>sin(x − turns · π), where that lies within ±π/2 but for rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector SineOfRemainder(TVector x, TVector turns)
    {
        // The first difference is exact while turns has few bits: both sides are multiples of an ulp of π.
        TVector remainder = TSimd.MultiplyAdd(turns, TSimd.Broadcast(-Pi1), x);
        remainder = TSimd.MultiplyAdd(turns, TSimd.Broadcast(-Pi2), remainder);
        remainder = TSimd.MultiplyAdd(turns, TSimd.Broadcast(-Pi3), remainder);
        // For huge arguments the remainder is noise: keep it where the polynomial stays within −1 … 1.
        remainder = Clamp(remainder, -1.6f, 1.6f);

        // (sin r / r − 1) / r² as a polynomial in r² on |r| ≤ 1.61: error of sin r below 2^-30.
        TVector square = TSimd.Multiply(remainder, remainder);
        TVector series = TSimd.Broadcast(-2.5237519e-08f);
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(2.761397e-06f));
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(-0.00019842893f));
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(0.00833335f));
        series = TSimd.MultiplyAdd(series, square, TSimd.Broadcast(-0.16666667f));
        TVector sine = TSimd.MultiplyAdd(TSimd.Multiply(remainder, square), series, remainder);
        return Clamp(sine, -1, 1);
    }
}
