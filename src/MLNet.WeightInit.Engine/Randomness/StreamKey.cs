namespace MLNet.WeightInit.Engine.Randomness;

/// <summary>Turns the text that names a stream into the 64 bits that Philox counts with.</summary>
/// <remarks>FNV-1a over the UTF-16 code units, low byte first (Fowler, Noll and Vo; RFC 9923), then the 64-bit finalizer of MurmurHash3 (Appleby 2011),
/// because FNV alone leaves the last characters in the low bits. Neither constant nor order may change: models name their streams by text.</remarks>
internal static class StreamKey
{
    const ulong OffsetBasis = 0xCBF29CE484222325;
    const ulong Prime = 0x100000001B3;

    /// <summary>The key of a stream by name.</summary>
    public static ulong Of(string name) => Finish(Append(OffsetBasis, name));

    /// <summary>The key of a stream by name below another one.</summary>
    public static ulong Of(ulong parent, string name)
    {
        ulong hash = OffsetBasis;
        for (int shift = 0; shift < 64; shift += 8)
            hash = (hash ^ (byte)(parent >> shift)) * Prime;
        return Finish(Append(hash, name));
    }

    static ulong Append(ulong hash, string name)
    {
        foreach (char character in name)
        {
            hash = (hash ^ (byte)character) * Prime;
            hash = (hash ^ (byte)(character >> 8)) * Prime;
        }
        return hash;
    }

    static ulong Finish(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }
}
