using System.Text;

namespace Peers.Onnx;

/// <summary>Writes the few field kinds of Google's protocol buffers that an ONNX file needs.</summary>
sealed class ProtocolBuffer
{
    const int VariableInteger = 0, LengthDelimited = 2;

    readonly MemoryStream _bytes = new();

    public byte[] ToArray() => _bytes.ToArray();

    public ProtocolBuffer Number(int field, long value)
    {
        Tag(field, VariableInteger);
        Integer((ulong)value);
        return this;
    }

    public ProtocolBuffer Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtocolBuffer Message(int field, ProtocolBuffer value) => Bytes(field, value.ToArray());

    public ProtocolBuffer Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthDelimited);
        Integer((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    void Tag(int field, int kind) => Integer((ulong)(field << 3 | kind));

    void Integer(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.WriteByte((byte)(value | 0x80));
        _bytes.WriteByte((byte)value);
    }
}
