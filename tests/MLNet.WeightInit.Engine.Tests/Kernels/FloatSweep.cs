namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>Arguments from the whole range of single precision.</summary>
internal static class FloatSweep
{
    /// <summary>A prime, so that the low bits of the fraction take every value; about 2,050 arguments in each of the 255 binades of either sign.</summary>
    const uint Step = 4079;

    /// <summary>Where some function switches branch, saturates, overflows or leaves the normal numbers: each with its 64 neighbours on both sides, and their negatives.</summary>
    static readonly float[] s_edges =
    [
        1.17549435e-38f, 1e-19f, 1e-4f, 0.34657359f, 0.5f, 0.70710678f, 1, 1.41421356f, 3, 9.5f, 13.2f, 16.6355f, 20, 30, 87.33654f, 88.72284f, 89, 100, 103.97f, 200,
    ];

    /// <summary>The worst arguments of the elementary functions and activations, found once among all floats: there each stated bound is all but reached.</summary>
    static readonly float[] s_worst =
    [
        -27.330153f, 17.001972f, 1.4044684f, -8.940701E-08f, -4.157294f, -2.03031f, 4.5050907f, 1.0093366f, -3.0997212f, 1.925763f, 428.93567f, 0.5600073f,
        -0.3473945f, -0.33437905f, -1.8322027f, -9.795034f, -6.793552f, -6.783012f, 0.0019451381f, 0.0009724498f, 1.1420455f,
        -0.33762988f, -0.35637346f, 0.8128156f, 1.4371167f, 2.7349832f, 1.0904989f, 2, 0.33386475f, 0.8011648f,
    ];

    /// <summary>Zeros, the ends of the denormal and of the normal numbers, infinities, NaN.</summary>
    public static readonly float[] Special =
    [
        0, -0f, float.Epsilon, -float.Epsilon, 1.17549421e-38f, -1.17549421e-38f, 1.17549435e-38f, -1.17549435e-38f, 1, -1,
        float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, -float.NaN,
    ];

    /// <summary>Every finite float of either sign in steps of a prime, every float beside an edge, and the worst ones: 2²⁰ and some.</summary>
    public static readonly float[] Finite = [.. Stepped(), .. Edges(), .. s_worst, .. s_worst.Select(x => -x)];

    /// <summary>The arguments, and 0.5 up to a multiple of 16.</summary>
    public static float[] Padded(float[] values)
    {
        var padded = new float[(values.Length + 15) / 16 * 16];
        values.CopyTo(padded, 0);
        padded.AsSpan(values.Length).Fill(0.5f);
        return padded;
    }

    static IEnumerable<float> Stepped()
    {
        for (uint bits = 1; bits < 0x7F80_0000; bits += Step)
        {
            yield return BitConverter.UInt32BitsToSingle(bits);
            yield return BitConverter.UInt32BitsToSingle(bits | 0x8000_0000);
        }
    }

    static IEnumerable<float> Edges()
    {
        foreach (float edge in s_edges)
        {
            for (int offset = -64; offset <= 64; offset++)
            {
                float beside = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(edge) + offset);
                yield return beside;
                yield return -beside;
            }
        }
    }
}
