using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Vectors of doubles, some of them kept as floats: products in eight lanes and a fixed tree, without fused multiply-add, so the same bits whatever the hardware.</summary>
internal static class DoubleVectors
{
    const int Lanes = 8;

    /// <summary>Σ left · right.</summary>
    public static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        Vector256<double> low = default, high = default;
        ref double a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        int i = 0;
        for (; i <= left.Length - Lanes; i += Lanes)
        {
            low += Vector256.LoadUnsafe(ref a, (nuint)i) * Vector256.LoadUnsafe(ref b, (nuint)i);
            high += Vector256.LoadUnsafe(ref a, (nuint)i + 4) * Vector256.LoadUnsafe(ref b, (nuint)i + 4);
        }
        double sum = Total(low, high);
        for (; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }

    /// <summary>Σ left · right.</summary>
    public static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<double> right)
    {
        Vector256<double> low = default, high = default;
        ref float a = ref MemoryMarshal.GetReference(left);
        ref double b = ref MemoryMarshal.GetReference(right);
        int i = 0;
        for (; i <= left.Length - Lanes; i += Lanes)
        {
            (Vector256<double> first, Vector256<double> second) = Vector256.Widen(Vector256.LoadUnsafe(ref a, (nuint)i));
            low += first * Vector256.LoadUnsafe(ref b, (nuint)i);
            high += second * Vector256.LoadUnsafe(ref b, (nuint)i + 4);
        }
        double sum = Total(low, high);
        for (; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }

    /// <summary>Σ left · right. A product of two floats is exact.</summary>
    public static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        Vector256<double> low = default, high = default;
        ref float a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        int i = 0;
        for (; i <= left.Length - Lanes; i += Lanes)
        {
            (Vector256<double> first, Vector256<double> second) = Vector256.Widen(Vector256.LoadUnsafe(ref a, (nuint)i));
            (Vector256<double> other, Vector256<double> another) = Vector256.Widen(Vector256.LoadUnsafe(ref b, (nuint)i));
            low += first * other;
            high += second * another;
        }
        double sum = Total(low, high);
        for (; i < left.Length; i++)
            sum += (double)left[i] * right[i];
        return sum;
    }

    /// <summary>destination ← destination + factor · source.</summary>
    public static void AddScaled(ReadOnlySpan<float> source, double factor, Span<double> destination)
    {
        Vector256<double> factors = Vector256.Create(factor);
        ref float a = ref MemoryMarshal.GetReference(source);
        ref double b = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        for (; i <= source.Length - Lanes; i += Lanes)
        {
            (Vector256<double> first, Vector256<double> second) = Vector256.Widen(Vector256.LoadUnsafe(ref a, (nuint)i));
            (Vector256.LoadUnsafe(ref b, (nuint)i) + factors * first).StoreUnsafe(ref b, (nuint)i);
            (Vector256.LoadUnsafe(ref b, (nuint)i + 4) + factors * second).StoreUnsafe(ref b, (nuint)i + 4);
        }
        for (; i < source.Length; i++)
            destination[i] += factor * source[i];
    }

    /// <inheritdoc cref="AddScaled(ReadOnlySpan{float}, double, Span{double})"/>
    public static void AddScaled(ReadOnlySpan<double> source, double factor, Span<double> destination)
    {
        Vector256<double> factors = Vector256.Create(factor);
        ref double a = ref MemoryMarshal.GetReference(source), b = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        for (; i <= source.Length - Lanes; i += Lanes)
        {
            (Vector256.LoadUnsafe(ref b, (nuint)i) + factors * Vector256.LoadUnsafe(ref a, (nuint)i)).StoreUnsafe(ref b, (nuint)i);
            (Vector256.LoadUnsafe(ref b, (nuint)i + 4) + factors * Vector256.LoadUnsafe(ref a, (nuint)i + 4)).StoreUnsafe(ref b, (nuint)i + 4);
        }
        for (; i < source.Length; i++)
            destination[i] += factor * source[i];
    }

    /// <summary>Largest size of a number; NaN where one is.</summary>
    public static double LargestSize(ReadOnlySpan<double> values)
    {
        double largest = 0;
        foreach (double value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    static double Total(Vector256<double> low, Vector256<double> high)
    {
        Vector256<double> four = low + high;
        return (four[0] + four[2]) + (four[1] + four[3]);
    }
}
