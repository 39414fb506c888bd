using System.Runtime.Intrinsics;

namespace MLNet.WeightInit.Engine.Randomness;

/// <summary>Exact conversions of one group of random words to floats, ahead of the float kernels.</summary>
internal static unsafe class RandomWords
{
    /// <summary>Splits each word into a side and a place on it: the top bit is the side, the other 31 bits, t, the tail probability (t + ½) · 2⁻³².</summary>
    /// <remarks>A tail needs the probability's relative precision, the centre that of the distance from ½; one float can't hold both.
    /// The complement of t gives the second exactly, before anything is rounded.</remarks>
    /// <param name="words">64 words.</param>
    /// <param name="tails">t + ½, in (0, 2³¹].</param>
    /// <param name="centred">±(2³¹ − ½ − t), in (0, 2³¹] with the sign of the side.</param>
    public static void SplitByHalf(uint* words, float* tails, float* centred)
    {
        Vector256<int> magnitude = Vector256.Create(int.MaxValue);
        Vector256<float> half = Vector256.Create(0.5f);
        for (int i = 0; i < Philox.GroupWords; i += Vector256<int>.Count)
        {
            Vector256<int> word = Vector256.Load((int*)words + i);
            Vector256<int> tail = word & magnitude;
            (Vector256.ConvertToSingle(tail) + half).Store(tails + i);
            Vector256<float> distance = Vector256.ConvertToSingle(tail ^ magnitude) + half;
            (distance.AsInt32() | Vector256.AndNot(word, magnitude)).AsSingle().Store(centred + i);
        }
    }

    /// <summary>A mask a word: all bits set where the word is at least <paramref name="threshold"/>, none elsewhere.</summary>
    public static void MaskAtLeast(uint* words, uint threshold, float* masks)
    {
        Vector256<uint> least = Vector256.Create(threshold);
        for (int i = 0; i < Philox.GroupWords; i += Vector256<uint>.Count)
            Vector256.GreaterThanOrEqual(Vector256.Load(words + i), least).AsSingle().Store(masks + i);
    }

    /// <summary>The top 24 bits, k, of each word as (2 k + 1 − 2²⁴) · 2⁻²⁴: 2²⁴ equally spaced values strictly inside (−1, 1), symmetric, without 0, each exact.</summary>
    public static void ToSymmetricUnit(uint* words, float* destination)
    {
        Vector256<int> offset = Vector256.Create(1 - (1 << 24));
        Vector256<float> scale = Vector256.Create(1f / (1 << 24));
        for (int i = 0; i < Philox.GroupWords; i += Vector256<int>.Count)
        {
            Vector256<int> top = (Vector256.Load(words + i) >>> 8).AsInt32();
            (Vector256.ConvertToSingle(top + top + offset) * scale).Store(destination + i);
        }
    }
}
