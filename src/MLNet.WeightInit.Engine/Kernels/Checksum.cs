using System.Buffers.Binary;
using System.Numerics;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>CRC-32C (Castagnoli), of bytes that may come in pieces.</summary>
internal struct Checksum()
{
    uint _register = uint.MaxValue;

    public readonly uint Value => ~_register;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var checksum = new Checksum();
        checksum.Add(bytes);
        return checksum.Value;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        uint register = _register;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            register = BitOperations.Crc32C(register, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte value in bytes)
            register = BitOperations.Crc32C(register, value);
        _register = register;
    }

    /// <summary>Adds each value's four bytes, low byte first.</summary>
    public void Add(ReadOnlySpan<int> values)
    {
        uint register = _register;
        foreach (int value in values)
            register = BitOperations.Crc32C(register, (uint)value);
        _register = register;
    }

    /// <summary>Adds each value's four bytes, low byte first.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        uint register = _register;
        foreach (float value in values)
            register = BitOperations.Crc32C(register, BitConverter.SingleToUInt32Bits(value));
        _register = register;
    }
}
