using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>A name for a tensor's values.</summary>
internal static class TensorHash
{
    /// <summary>SHA-256, in lower-case hex, of the values as little-endian numbers of 32 bits.</summary>
    public static string Of(ReadOnlySpan<float> values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));
}
