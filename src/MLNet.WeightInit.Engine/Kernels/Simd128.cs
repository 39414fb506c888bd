using System.Runtime.Intrinsics;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Four floats: any x64 with FMA, and Arm64.</summary>
internal readonly struct Simd128 : ISimd<Vector128<float>>
{
    public static int Width => Vector128<float>.Count;
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);
    public static unsafe Vector128<float> Load(float* source) => Vector128.Load(source);
    public static unsafe void Store(Vector128<float> value, float* destination) => value.Store(destination);
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> addend) => Vector128.FusedMultiplyAdd(a, b, addend);
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;
    public static Vector128<float> Sqrt(Vector128<float> value) => Vector128.Sqrt(value);
    public static Vector128<float> Abs(Vector128<float> value) => Vector128.Abs(value);
    public static Vector128<float> Negate(Vector128<float> value) => Vector128.Negate(value);
    public static Vector128<float> Min(Vector128<float> a, Vector128<float> b) => Vector128.Min(a, b);
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) => Vector128.Max(a, b);
    public static bool AllZero(Vector128<float> value) => value == Vector128<float>.Zero;
    public static Vector128<float> LessThan(Vector128<float> a, Vector128<float> b) => Vector128.LessThan(a, b);
    public static Vector128<float> LessThanOrEqual(Vector128<float> a, Vector128<float> b) => Vector128.LessThanOrEqual(a, b);
    public static Vector128<float> Select(Vector128<float> mask, Vector128<float> whenTrue, Vector128<float> whenFalse) => Vector128.ConditionalSelect(mask, whenTrue, whenFalse);
    public static Vector128<float> And(Vector128<float> a, Vector128<float> b) => a & b;
    public static Vector128<float> Or(Vector128<float> a, Vector128<float> b) => a | b;
    public static Vector128<float> Round(Vector128<float> value) => Vector128.Round(value);
    public static Vector128<float> PowerOfTwo(Vector128<float> exponent) => ((exponent + Vector128.Create(SimdBits.IntegerBias + 127)).AsInt32() << 23).AsSingle();
    public static Vector128<float> Exponent(Vector128<float> value) => Vector128.ConvertToSingle((value.AsInt32() >>> 23) - Vector128.Create(127));
}
