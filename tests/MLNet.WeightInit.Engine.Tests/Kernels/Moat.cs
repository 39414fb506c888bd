using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>A block with NaN on both sides: a read outside poisons the result, a write outside is seen by <see cref="IsUntouched"/>.</summary>
internal sealed unsafe class Moat
{
    const int Width = 64;
    static readonly float s_water = BitConverter.UInt32BitsToSingle(0x7fc0dead);

    /// <summary>More than any test has under way: a kernel that is given the last use of a block by pointer must not see the block collected.</summary>
    const int Kept = 64;

    [ThreadStatic]
    static Queue<AlignedBuffer>? s_recent;

    readonly AlignedBuffer _buffer;

    public Moat(int length)
    {
        Length = length;
        _buffer = new AlignedBuffer(length + 2 * Width);
        s_recent ??= new Queue<AlignedBuffer>(Kept);
        if (s_recent.Count == Kept)
            s_recent.Dequeue();
        s_recent.Enqueue(_buffer);
        _buffer.Span.Fill(s_water);
        Span.Clear();
    }

    public int Length { get; }
    public float* Pointer => _buffer.Pointer + Width;
    public Span<float> Span => _buffer.Span.Slice(Width, Length);

    public bool IsUntouched
        => IsWater(_buffer.Span[..Width]) && IsWater(_buffer.Span[(Width + Length)..]);

    /// <summary>Fills with values of about unit size from a fixed linear congruential generator: the tests' own, so that they don't hang on the library's.</summary>
    public Moat Filled(uint seed)
    {
        foreach (ref float value in Span)
        {
            seed = seed * 1664525 + 1013904223;
            value = (int)seed / (float)int.MaxValue;
        }
        return this;
    }

    static bool IsWater(ReadOnlySpan<float> span)
    {
        foreach (float value in span)
        {
            if (BitConverter.SingleToUInt32Bits(value) != BitConverter.SingleToUInt32Bits(s_water))
                return false;
        }
        return true;
    }
}
