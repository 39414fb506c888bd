using System.Runtime.Intrinsics.X86;
using MLNet.WeightInit.Engine.Randomness;

namespace MLNet.WeightInit.Engine.Tests.Randomness;

[TestFixture]
public sealed class PhiloxTests
{
    /// <summary>Counter, key and answer from Random123's kat_vectors, philox4x32 with 10 rounds.</summary>
    [TestCase(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdcceb, 0x5001e420u, 0x24126ea1u)]
    public void A_block_is_the_known_answer(uint c0, uint c1, uint c2, uint c3, uint key0, uint key1, uint word0, uint word1, uint word2, uint word3)
        => Assert.That(Philox.Block(key0, key1, c0, c1, c2, c3), Is.EqualTo((word0, word1, word2, word3)));

    static IEnumerable<Philox.Path> Paths()
    {
        yield return Philox.Path.Scalar;
        if (Avx2.IsSupported)
            yield return Philox.Path.Avx2;
        if (Avx512F.IsSupported)
            yield return Philox.Path.Avx512;
    }

    [TestCaseSource(nameof(Paths))]
    public unsafe void A_group_holds_word_j_of_block_b_at_16_j_plus_b(object path)
    {
        ulong seed = 0x299f31d0_a4093822, stream = 0x03707344_13198a2e;
        uint* words = stackalloc uint[Philox.GroupWords];
        // The last group before the low word of the block index overflows, and the first one after it.
        foreach (ulong group in (ulong[])[0, 1, (1UL << 28) - 1, 1UL << 28, ulong.MaxValue >> 4])
        {
            Philox.Fill(seed, stream, group, words, (Philox.Path)path);
            for (int block = 0; block < 16; block++)
            {
                ulong index = unchecked(group * 16 + (ulong)block);
                Assert.That((words[block], words[16 + block], words[32 + block], words[48 + block]),
                    Is.EqualTo(Philox.Block((uint)seed, (uint)(seed >> 32), (uint)index, (uint)(index >> 32), (uint)stream, (uint)(stream >> 32))));
            }
        }
    }

    [Test]
    public unsafe void A_known_answer_comes_out_of_every_path()
    {
        uint* words = stackalloc uint[Philox.GroupWords];
        foreach (Philox.Path path in Paths())
        {
            Philox.Fill(0, 0, 0, words, path);
            Assert.That((words[0], words[16], words[32], words[48]), Is.EqualTo((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)), path.ToString());
        }
    }

    [Test]
    public void Stream_keys_are_those_of_FNV_1a_and_MurmurHash3()
    {
        System.Numerics.BigInteger hash = 0xCBF29CE484222325, mask = ulong.MaxValue;
        foreach (byte unit in (byte[])[0x61, 0, 0x20, 0x21])          // U+0061, U+2120, low byte first
            hash = ((hash ^ unit) * 0x100000001B3) & mask;
        hash = ((hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD) & mask;
        hash = ((hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53) & mask;
        hash ^= hash >> 33;
        Assert.That(StreamKey.Of("a\u2120"), Is.EqualTo((ulong)hash));
    }
}
