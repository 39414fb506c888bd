using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>Writes a checkpoint section by section, in blocks: no second copy of the arrays is made.</summary>
/// <remarks><c>magic[8] · version u32 · sections</c>; a section is <c>kind u8 · name length u16 · name · data length u64 · data · CRC-32C u32 of all that</c>. Little-endian; docs/model-file.md.</remarks>
internal sealed class CheckpointWriter : StateExchange
{
    public const uint Version = 1;
    public const int BlockLength = 1 << 16;
    public const int LongestName = 256;

    readonly Stream _stream;
    readonly byte[] _block = new byte[BlockLength];
    Checksum _checksum;

    public CheckpointWriter(Stream stream)
    {
        _stream = stream;
        stream.Write(Magic);
        Span<byte> version = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(version, Version);
        stream.Write(version);
    }

    public static ReadOnlySpan<byte> Magic => "MLNWCKPT"u8;

    public override bool Restores => false;

    public void Text(string name, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Begin(CheckpointSection.Text, name, bytes.Length);
        Write(bytes);
        End();
    }

    public override void Floats(string name, Span<float> values)
    {
        Begin(CheckpointSection.Floats, name, (long)values.Length * sizeof(float));
        const int InBlock = BlockLength / sizeof(float);
        for (int first = 0; first < values.Length; first += InBlock)
        {
            Span<float> part = values[first..Math.Min(values.Length, first + InBlock)];
            for (int i = 0; i < part.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(_block.AsSpan(i * sizeof(float)), part[i]);
            Write(_block.AsSpan(0, part.Length * sizeof(float)));
        }
        End();
    }

    public override void Series(string name, List<double> values)
    {
        Begin(CheckpointSection.Doubles, name, (long)values.Count * sizeof(double));
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        foreach (double value in CollectionsMarshal.AsSpan(values))
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
            Write(bytes);
        }
        End();
    }

    /// <summary>The mark without which a file counts as truncated.</summary>
    public void Complete()
    {
        Begin(CheckpointSection.End, "", 0);
        End();
    }

    void Begin(CheckpointSection kind, string name, long length)
    {
        _checksum = new Checksum();
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        Span<byte> header = stackalloc byte[sizeof(byte) + sizeof(ushort)], size = stackalloc byte[sizeof(ulong)];
        header[0] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(header[1..], checked((ushort)bytes.Length));
        BinaryPrimitives.WriteInt64LittleEndian(size, length);
        Write(header);
        Write(bytes);
        Write(size);
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        _checksum.Add(bytes);
        _stream.Write(bytes);
    }

    void End()
    {
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, _checksum.Value);
        _stream.Write(checksum);
    }
}
