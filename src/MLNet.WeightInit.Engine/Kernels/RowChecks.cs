using System.Numerics;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Questions about spans of numbers whose answer is yes or no, so that no rounding enters.</summary>
internal static class RowChecks
{
    /// <summary>True where no value is NaN or infinite.</summary>
    public static bool AllFinite(ReadOnlySpan<float> values) => FirstNonFinite(values) < 0;

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
