using System.Runtime.Intrinsics;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Eight floats: AVX2 with FMA.</summary>
internal readonly struct Simd256 : ISimd<Vector256<float>>
{
    public static int Width => Vector256<float>.Count;
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);
    public static unsafe Vector256<float> Load(float* source) => Vector256.Load(source);
    public static unsafe void Store(Vector256<float> value, float* destination) => value.Store(destination);
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> addend) => Vector256.FusedMultiplyAdd(a, b, addend);
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;
    public static Vector256<float> Sqrt(Vector256<float> value) => Vector256.Sqrt(value);
    public static Vector256<float> Abs(Vector256<float> value) => Vector256.Abs(value);
    public static Vector256<float> Negate(Vector256<float> value) => Vector256.Negate(value);
    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) => Vector256.Min(a, b);
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.Max(a, b);
    public static bool AllZero(Vector256<float> value) => value == Vector256<float>.Zero;
    public static Vector256<float> LessThan(Vector256<float> a, Vector256<float> b) => Vector256.LessThan(a, b);
    public static Vector256<float> LessThanOrEqual(Vector256<float> a, Vector256<float> b) => Vector256.LessThanOrEqual(a, b);
    public static Vector256<float> Select(Vector256<float> mask, Vector256<float> whenTrue, Vector256<float> whenFalse) => Vector256.ConditionalSelect(mask, whenTrue, whenFalse);
    public static Vector256<float> And(Vector256<float> a, Vector256<float> b) => a & b;
    public static Vector256<float> Or(Vector256<float> a, Vector256<float> b) => a | b;
    public static Vector256<float> Round(Vector256<float> value) => Vector256.Round(value);
    public static Vector256<float> PowerOfTwo(Vector256<float> exponent) => ((exponent + Vector256.Create(SimdBits.IntegerBias + 127)).AsInt32() << 23).AsSingle();
    public static Vector256<float> Exponent(Vector256<float> value) => Vector256.ConvertToSingle((value.AsInt32() >>> 23) - Vector256.Create(127));
}
