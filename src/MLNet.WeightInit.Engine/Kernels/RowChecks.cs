using System.Runtime.CompilerServices;
using System.Numerics;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Questions about spans of numbers whose answer is yes or no, so that no rounding enters.</summary>
internal static class RowChecks
{
    /// <summary>True where no value is NaN or infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AllFinite(ReadOnlySpan<float> values)
    {
        int width = Vector<float>.Count;
        if (!Vector.IsHardwareAccelerated || values.Length < width)
            return FirstNonFinite(values) < 0;
        // x − x is 0 for finite x and NaN otherwise; the last vector overlaps the one before it.
        for (int i = 0; i < values.Length; i += width)
        {
            var value = new Vector<float>(values[Math.Min(i, values.Length - width)..]);
            if (!Vector.EqualsAll(value - value, Vector<float>.Zero))
                return false;
        }
        return true;
    }

    /// <summary>Index of the first NaN or infinite value, or −1.</summary>
    public static int FirstNonFinite(ReadOnlySpan<float> values)
    {
        int i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            // x − x is 0 for finite x and NaN otherwise.
            for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var value = new Vector<float>(values[i..]);
                if (!Vector.EqualsAll(value - value, Vector<float>.Zero))
                    break;
            }
        }
        for (; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                return i;
        }
        return -1;
    }
}
