using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MLNet.WeightInit.Engine.Randomness;

/// <summary>Philox 4×32-10: ten rounds of multiplication and exchange turn a 128-bit counter into four random words.</summary>
/// <remarks>
/// Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.
/// Counter = (block index, stream), key = seed, each 64 bits, low word first.
/// Words are delivered in groups of 16 blocks: word j of block b of a group stands at 16 j + b, so that a vector of any width holds the same
/// word of neighbouring blocks and no shuffle is needed. All arithmetic is on integers, so every path gives the same words.
/// </remarks>
internal static unsafe class Philox
{
    /// <summary>Words in one group: 16 blocks of four.</summary>
    public const int GroupWords = 64;

    const int Blocks = 16;
    const int Rounds = 10;
    const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>Which implementation runs; the tests compare them.</summary>
    internal enum Path { Scalar, Avx2, Avx512 }

    /// <summary>The widest path of this machine.</summary>
    public static Path Best { get; } = Avx512F.IsSupported ? Path.Avx512 : Avx2.IsSupported ? Path.Avx2 : Path.Scalar;

    /// <summary>Writes the 64 words of one group.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">Upper half of the counter.</param>
    /// <param name="group">Blocks 16 · group … 16 · group + 15; the block index is taken modulo 2^64.</param>
    /// <param name="words">Room for 64 words.</param>
    /// <param name="path">One that this machine supports.</param>
    public static void Fill(ulong seed, ulong stream, ulong group, uint* words, Path path)
    {
        ulong firstBlock = group * Blocks;
        switch (path)
        {
            case Path.Avx512:
                Fill512(seed, stream, firstBlock, words);
                break;
            case Path.Avx2:
                Fill256(seed, stream, firstBlock, words);
                break;
            default:
                for (uint block = 0; block < Blocks; block++)
                {
                    (words[block], words[16 + block], words[32 + block], words[48 + block]) =
                        Block((uint)seed, (uint)(seed >> 32), (uint)(firstBlock + block), (uint)((firstBlock + block) >> 32), (uint)stream, (uint)(stream >> 32));
                }
                break;
        }
    }

    /// <summary>One block: the function of the paper, word for word.</summary>
    public static (uint, uint, uint, uint) Block(uint key0, uint key1, uint c0, uint c1, uint c2, uint c3)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0, product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ key0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ key1, (uint)product0);
            key0 += Weyl0;
            key1 += Weyl1;
        }
        return (c0, c1, c2, c3);
    }

    // A group starts at a multiple of 16 blocks, so the low word of the block index never carries into the high one within it.
    // Both halves in one loop: their chains of multiplications don't wait for one another.
    static void Fill256(ulong seed, ulong stream, ulong firstBlock, uint* words)
    {
        Vector256<uint> c0 = Vector256.Create((uint)firstBlock) + Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7), d0 = c0 + Vector256.Create(8u);
        Vector256<uint> c1 = Vector256.Create((uint)(firstBlock >> 32)), d1 = c1;
        Vector256<uint> c2 = Vector256.Create((uint)stream), d2 = c2;
        Vector256<uint> c3 = Vector256.Create((uint)(stream >> 32)), d3 = c3;
        uint key0 = (uint)seed, key1 = (uint)(seed >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            Vector256<uint> keys0 = Vector256.Create(key0), keys1 = Vector256.Create(key1);
            (Vector256<uint> high0, Vector256<uint> low0) = Multiply(c0, Vector256.Create(Multiplier0));
            (Vector256<uint> high1, Vector256<uint> low1) = Multiply(c2, Vector256.Create(Multiplier1));
            (c0, c1, c2, c3) = (high1 ^ c1 ^ keys0, low1, high0 ^ c3 ^ keys1, low0);
            (high0, low0) = Multiply(d0, Vector256.Create(Multiplier0));
            (high1, low1) = Multiply(d2, Vector256.Create(Multiplier1));
            (d0, d1, d2, d3) = (high1 ^ d1 ^ keys0, low1, high0 ^ d3 ^ keys1, low0);
            key0 += Weyl0;
            key1 += Weyl1;
        }
        c0.Store(words);
        c1.Store(words + 16);
        c2.Store(words + 32);
        c3.Store(words + 48);
        d0.Store(words + 8);
        d1.Store(words + 24);
        d2.Store(words + 40);
        d3.Store(words + 56);
    }

    static void Fill512(ulong seed, ulong stream, ulong firstBlock, uint* words)
    {
        Vector512<uint> c0 = Vector512.Create((uint)firstBlock) + Vector512.Create(0u, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        Vector512<uint> c1 = Vector512.Create((uint)(firstBlock >> 32));
        Vector512<uint> c2 = Vector512.Create((uint)stream);
        Vector512<uint> c3 = Vector512.Create((uint)(stream >> 32));
        uint key0 = (uint)seed, key1 = (uint)(seed >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            (Vector512<uint> high0, Vector512<uint> low0) = Multiply(c0, Vector512.Create(Multiplier0));
            (Vector512<uint> high1, Vector512<uint> low1) = Multiply(c2, Vector512.Create(Multiplier1));
            c0 = high1 ^ c1 ^ Vector512.Create(key0);
            c1 = low1;
            c2 = high0 ^ c3 ^ Vector512.Create(key1);
            c3 = low0;
            key0 += Weyl0;
            key1 += Weyl1;
        }
        c0.Store(words);
        c1.Store(words + 16);
        c2.Store(words + 32);
        c3.Store(words + 48);
    }

    // The hardware multiplies the even lanes to 64 bits: the odd lanes are shifted down, multiplied, and blended back.
    static (Vector256<uint> High, Vector256<uint> Low) Multiply(Vector256<uint> value, Vector256<uint> multiplier)
    {
        Vector256<ulong> even = Avx2.Multiply(value, multiplier);
        Vector256<ulong> odd = Avx2.Multiply((value.AsUInt64() >>> 32).AsUInt32(), multiplier);
        return (Avx2.Blend((even >>> 32).AsUInt32(), odd.AsUInt32(), 0b1010_1010), Avx2.Blend(even.AsUInt32(), (odd << 32).AsUInt32(), 0b1010_1010));
    }

    static (Vector512<uint> High, Vector512<uint> Low) Multiply(Vector512<uint> value, Vector512<uint> multiplier)
    {
        Vector512<uint> oddLanes = Vector512.Create(0xFFFFFFFF_00000000UL).AsUInt32();
        Vector512<ulong> even = Avx512F.Multiply(value, multiplier);
        Vector512<ulong> odd = Avx512F.Multiply((value.AsUInt64() >>> 32).AsUInt32(), multiplier);
        return (Vector512.ConditionalSelect(oddLanes, odd.AsUInt32(), (even >>> 32).AsUInt32()),
            Vector512.ConditionalSelect(oddLanes, (odd << 32).AsUInt32(), even.AsUInt32()));
    }
}
