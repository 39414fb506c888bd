using System.Runtime.Intrinsics;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Sixteen floats: AVX-512; two 256-bit halves where it is absent.</summary>
internal readonly struct Simd512 : ISimd<Vector512<float>>
{
    public static int Width => Vector512<float>.Count;
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);
    public static unsafe Vector512<float> Load(float* source) => Vector512.Load(source);
    public static unsafe void Store(Vector512<float> value, float* destination) => value.Store(destination);
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> addend) => Vector512.FusedMultiplyAdd(a, b, addend);
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;
    public static Vector512<float> Sqrt(Vector512<float> value) => Vector512.Sqrt(value);
    public static Vector512<float> Abs(Vector512<float> value) => Vector512.Abs(value);
    public static Vector512<float> Negate(Vector512<float> value) => Vector512.Negate(value);
    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) => Vector512.Min(a, b);
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.Max(a, b);
    public static bool AllZero(Vector512<float> value) => value == Vector512<float>.Zero;
    public static Vector512<float> LessThan(Vector512<float> a, Vector512<float> b) => Vector512.LessThan(a, b);
    public static Vector512<float> LessThanOrEqual(Vector512<float> a, Vector512<float> b) => Vector512.LessThanOrEqual(a, b);
    public static Vector512<float> Select(Vector512<float> mask, Vector512<float> whenTrue, Vector512<float> whenFalse) => Vector512.ConditionalSelect(mask, whenTrue, whenFalse);
    public static Vector512<float> And(Vector512<float> a, Vector512<float> b) => a & b;
    public static Vector512<float> Or(Vector512<float> a, Vector512<float> b) => a | b;
    public static Vector512<float> Round(Vector512<float> value) => Vector512.Round(value);
    public static Vector512<float> PowerOfTwo(Vector512<float> exponent) => ((exponent + Vector512.Create(SimdBits.IntegerBias + 127)).AsInt32() << 23).AsSingle();
    public static Vector512<float> Exponent(Vector512<float> value) => Vector512.ConvertToSingle((value.AsInt32() >>> 23) - Vector512.Create(127));
}
