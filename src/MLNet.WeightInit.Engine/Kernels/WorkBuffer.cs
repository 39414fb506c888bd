using System.Runtime.InteropServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Floats for the length of one call, on a 64-byte boundary and outside of the collector's heap, so that gigabytes are given back when the call ends and not when a collection comes.</summary>
/// <remarks>Not zeroed. Disposing twice does nothing.</remarks>
internal sealed unsafe class WorkBuffer : IDisposable
{
    /// <summary>What the calling thread has asked for since it began: the collector doesn't count it.</summary>
    [ThreadStatic]
    public static long AllocatedBytesOfThread;

    /// <param name="length">Floats; at least 0.</param>
    /// <exception cref="OutOfMemoryException">The system has not so much memory.</exception>
    public WorkBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        AllocatedBytesOfThread += Math.Max(1, length) * sizeof(float);
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, length) * sizeof(float), 64);
    }

    ~WorkBuffer() => NativeMemory.AlignedFree(Pointer);

    public float* Pointer { get; private set; }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        GC.SuppressFinalize(this);
    }
}
