using System.Globalization;
using System.Buffers.Binary;
using System.Text;

namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>Reads a model file's payload; every length is checked against what is left before anything is allocated.</summary>
internal sealed class PayloadReader(byte[] payload)
{
    int _position;

    int Left => payload.Length - _position;

    public byte ReadByte() => Take(1)[0];

    public int ReadInt32(int least, int most, string what)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(Take(4));
        if (value < least || value > most)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The network file says {value:N0} {what}, but {least:N0} to {most:N0} are possible: the file is damaged."));
        return value;
    }

    /// <summary>UTF-8 with a 7-bit encoded length, as <see cref="BinaryWriter"/> writes it.</summary>
    public string ReadString()
    {
        int length = 0, shift = 0;
        byte next;
        do
        {
            next = ReadByte();
            length |= (next & 0x7f) << shift;
            shift += 7;
        }
        while ((next & 0x80) != 0 && shift < 28);
        return Encoding.UTF8.GetString(Take(length));
    }

    public float[] ReadFloats(int count)
    {
        CheckFloatsLeft(count);
        ReadOnlySpan<byte> bytes = Take(count * sizeof(float));
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        return values;
    }

    public double[] ReadDoubles(int count)
    {
        CheckFloatsLeft(2L * count);
        ReadOnlySpan<byte> bytes = Take(count * sizeof(double));
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * sizeof(double))..]);
        return values;
    }

    public void CheckFloatsLeft(long count)
    {
        if (count > Left / sizeof(float))
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The network file announces {count:N0} numbers, but only {Left:N0} bytes are left: the file is damaged."));
    }

    public void CheckEnd()
    {
        if (Left != 0)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The network file has {Left:N0} bytes more than its network needs: the file is damaged."));
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > Left)
            throw new InvalidDataException("The network file's content ends too early: the file is damaged.");
        ReadOnlySpan<byte> bytes = payload.AsSpan(_position, count);
        _position += count;
        return bytes;
    }
}
