using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Sums over floats in double precision, in eight fixed lanes and a fixed tree: the same bits whatever the hardware.</summary>
/// <remarks>A float's square is exact in double, so that fused and unfused multiply-add agree, and the largest float's square (1e77) and a norm of 1e-28 are far
/// inside a double's range.</remarks>
internal static class FixedOrderSums
{
    const int Lanes = 8;

    public static (double Sum, double SquaredSum) SumAndSquares(ReadOnlySpan<float> values) => SumAndSquares(values, 0);

    /// <summary>Of the values less a shift.</summary>
    static (double Sum, double SquaredSum) SumAndSquares(ReadOnlySpan<float> values, double shift)
    {
        var shifts = Vector256.Create(shift);
        Vector256<double> sumLow = default, sumHigh = default, squareLow = default, squareHigh = default;
        ref float first = ref MemoryMarshal.GetReference(values);
        int index = 0;
        for (; index <= values.Length - Lanes; index += Lanes)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref first, (nuint)index));
            low -= shifts;
            high -= shifts;
            sumLow += low;
            sumHigh += high;
            squareLow += low * low;
            squareHigh += high * high;
        }
        double sum = Total(sumLow, sumHigh), squaredSum = Total(squareLow, squareHigh);
        for (; index < values.Length; index++)
        {
            double value = values[index] - shift;
            sum += value;
            squaredSum += value * value;
        }
        return (sum, squaredSum);
    }

    /// <summary>Of the values themselves, not an estimate from a sample: divides by n. (0, 0) for none.</summary>
    public static (double Mean, double Variance) MeanAndVariance(ReadOnlySpan<float> values)
    {
        // Measured from the first value: exactly 0 where all are equal, and no cancellation where they differ by little.
        double shift = values.Length > 0 ? values[0] : 0;
        (double sum, double squaredSum) = SumAndSquares(values, shift);
        (double mean, double variance) = MeanAndVariance(sum, squaredSum, values.Length);
        return (mean + shift, variance);
    }

    /// <summary>From sums; (0, 0) for none. Loses digits where the mean is far above the deviation: 1e-8 of it is left of a variance of 0.</summary>
    public static (double Mean, double Variance) MeanAndVariance(double sum, double squaredSum, long count)
    {
        if (count == 0)
            return (0, 0);
        double mean = sum / count;
        return (mean, Math.Max(0, squaredSum / count - mean * mean));
    }

    /// <summary>Euclidean norm of a row-major block; padding between the columns and the stride is left out.</summary>
    public static double Norm(ReadOnlySpan<float> block, int rows, int columns, int stride)
    {
        double squaredSum = 0;
        for (int row = 0; row < rows; row++)
            squaredSum += SumAndSquares(block.Slice(row * stride, columns)).SquaredSum;
        return Math.Sqrt(squaredSum);
    }

    /// <summary>Σ (left − right)². A difference of two floats is rounded to double.</summary>
    public static double SquaredDistance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        Vector256<double> low = default, high = default;
        ref float a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        int index = 0;
        for (; index <= left.Length - Lanes; index += Lanes)
        {
            (Vector256<double> first, Vector256<double> second) = Vector256.Widen(Vector256.LoadUnsafe(ref a, (nuint)index));
            (Vector256<double> other, Vector256<double> another) = Vector256.Widen(Vector256.LoadUnsafe(ref b, (nuint)index));
            first -= other;
            second -= another;
            low += first * first;
            high += second * second;
        }
        double sum = Total(low, high);
        for (; index < left.Length; index++)
        {
            double difference = (double)left[index] - right[index];
            sum += difference * difference;
        }
        return sum;
    }

    static double Total(Vector256<double> low, Vector256<double> high)
    {
        Vector256<double> four = low + high;
        return (four[0] + four[2]) + (four[1] + four[3]);
    }
}
