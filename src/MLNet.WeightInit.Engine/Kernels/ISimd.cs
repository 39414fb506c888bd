namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>One vector width. A kernel is written once over this interface; the JIT compiles it for each width.</summary>
/// <remarks>Every operation is exactly rounded or a bit operation, so that each lane gives the same bits at every width.
/// A mask is a vector whose lanes have all bits set or none.</remarks>
internal interface ISimd<TVector> where TVector : struct
{
    /// <summary>Floats in one vector.</summary>
    static abstract int Width { get; }

    static abstract TVector Broadcast(float value);
    static abstract unsafe TVector Load(float* source);
    static abstract unsafe void Store(TVector value, float* destination);

    /// <summary><c>a · b + addend</c>, rounded once where the hardware has fused multiply-add.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector addend);
    static abstract TVector Add(TVector a, TVector b);
    static abstract TVector Subtract(TVector a, TVector b);
    static abstract TVector Multiply(TVector a, TVector b);
    static abstract TVector Divide(TVector a, TVector b);
    static abstract TVector Sqrt(TVector value);
    static abstract TVector Abs(TVector value);
    static abstract TVector Negate(TVector value);

    /// <summary>IEEE 754-2019 minimum and maximum: a NaN in either operand is kept.</summary>
    static abstract TVector Min(TVector a, TVector b);
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>True where every lane is +0 or −0; NaN is neither.</summary>
    static abstract bool AllZero(TVector value);

    static abstract TVector LessThan(TVector a, TVector b);
    static abstract TVector LessThanOrEqual(TVector a, TVector b);
    static abstract TVector Select(TVector mask, TVector whenTrue, TVector whenFalse);
    static abstract TVector And(TVector a, TVector b);
    static abstract TVector Or(TVector a, TVector b);

    /// <summary>Nearest integer, ties to even.</summary>
    static abstract TVector Round(TVector value);

    /// <summary>2^exponent for integral exponents in −126 … 127, built from bits.</summary>
    static abstract TVector PowerOfTwo(TVector exponent);

    /// <summary>The unbiased exponent of a positive normal number, as a float: 2^Exponent ≤ value &lt; 2^(Exponent+1).</summary>
    static abstract TVector Exponent(TVector value);
}
