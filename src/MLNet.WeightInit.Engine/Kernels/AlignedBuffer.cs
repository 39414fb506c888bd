using System.Globalization;
using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>Zeroed floats on a 64-byte boundary that the garbage collector never moves, so that kernels can hold pointers to them.</summary>
/// <remarks>Successive buffers start at different multiples of four cache lines within a page: equal page offsets of several arrays
/// that are read together evict one another from the first-level cache.</remarks>
internal sealed unsafe class AlignedBuffer
{
    const int CacheLine = 16;                                  // floats
    const int Stagger = 4 * CacheLine;
    static int s_allocations;

    readonly float[] _array;
    readonly int _offset;

    /// <param name="length">Floats; at least 0.</param>
    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        long padded = length + CacheLine + 8 * Stagger;
        if (padded > Array.MaxLength)
            throw new OutOfMemoryException(string.Create(CultureInfo.InvariantCulture, $"An array of {length:N0} floats is larger than a .NET array can be ({Array.MaxLength:N0})."));
        _array = GC.AllocateArray<float>((int)padded, pinned: true);
        Length = (int)length;
        nint address = (nint)Unsafe.AsPointer(ref _array[0]);
        int misaligned = (int)((64 - (address & 63)) & 63) / sizeof(float);
        _offset = misaligned + (Interlocked.Increment(ref s_allocations) & 7) * Stagger;
        Pointer = (float*)address + _offset;
    }

    public int Length { get; }

    /// <summary>Valid as long as this object is reachable, which a pointer does not make it: whoever hands pointers to a kernel as the last thing that it does says <c>GC.KeepAlive</c> after it, of what owns the buffers.</summary>
    public float* Pointer { get; }

    public Span<float> Span => new(_array, _offset, Length);
}
