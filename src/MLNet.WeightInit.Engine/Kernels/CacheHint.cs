using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Hints to the processor's caches: they change no bit, and an address that isn't ours does no harm.</summary>
internal static unsafe class CacheHint
{
    /// <summary>Floats of a cache line.</summary>
    public const int LineFloats = 16;

    /// <summary>Asks for a line before it is needed. Does nothing where .NET has no such instruction (Arm64).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }
}
