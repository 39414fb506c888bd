using System.Buffers.Binary;
using System.Text;

namespace Peers.LibTorch;

/// <summary>Marks one symbol version that an ELF library needs as weak: the loader then goes on where the machine's own library doesn't have it.</summary>
/// <remarks>
/// libLibTorchSharp.so is built with a compiler whose &lt;iostream&gt; refers to <c>std::ios_base_library_init@GLIBCXX_3.4.32</c>, to be sure of a new enough library.
/// It is never called and no relocation names it, but Debian 12's libstdc++ ends at 3.4.30 and the loader refuses the whole library.
/// Layout: Tool Interface Standard, Executable and Linking Format; Linux Standard Base Core 4.1, section 10.7 (symbol versions).
/// </remarks>
static class VersionNeeds
{
    const int SectionNeeds = 0x6ffffffe;       // SHT_GNU_verneed
    const ushort Weak = 2;                     // VER_FLG_WEAK

    /// <summary>The patched image, or null where it doesn't need this version.</summary>
    /// <param name="image">A little-endian 64-bit ELF file.</param>
    public static byte[]? WithWeak(byte[] image, string version)
    {
        long sections = Int64(image, 0x28);
        int sectionSize = UInt16(image, 0x3a), count = UInt16(image, 0x3c);
        for (int i = 0; i < count; i++)
        {
            int section = checked((int)sections) + i * sectionSize;
            if (Int32(image, section + 4) != SectionNeeds)
                continue;
            int strings = checked((int)Int64(image, (int)sections + Int32(image, section + 0x28) * sectionSize + 0x18));
            int? need = Find(image, checked((int)Int64(image, section + 0x18)), strings, version);
            if (need is not { } entry)
                return null;
            var patched = (byte[])image.Clone();
            BinaryPrimitives.WriteUInt16LittleEndian(patched.AsSpan(entry + 4), (ushort)(UInt16(image, entry + 4) | Weak));
            return patched;
        }
        return null;
    }

    /// <summary>Where the entry of a version starts: each needed library has a list of versions, both linked by offsets.</summary>
    static int? Find(byte[] image, int library, int strings, string version)
    {
        while (true)
        {
            int entry = library + Int32(image, library + 8);
            for (int left = UInt16(image, library + 2); left > 0; left--)
            {
                if (Text(image, strings + Int32(image, entry + 8)) == version)
                    return entry;
                entry += Int32(image, entry + 12);
            }
            int next = Int32(image, library + 12);
            if (next == 0)
                return null;
            library += next;
        }
    }

    static string Text(byte[] image, int start) => Encoding.ASCII.GetString(image.AsSpan(start, Array.IndexOf(image, (byte)0, start) - start));

    static ushort UInt16(byte[] image, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(offset));

    static int Int32(byte[] image, int offset) => BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(offset));

    static long Int64(byte[] image, int offset) => BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(offset));
}
