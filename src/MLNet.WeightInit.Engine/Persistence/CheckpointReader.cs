using System.Globalization;
using System.Buffers.Binary;
using System.Text;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>Reads a checkpoint: first all of it, against its checksums, then each section straight to where it belongs.</summary>
/// <remarks>So nothing of a training has changed when a damaged file is refused, and no length that a damaged header claims is allocated.</remarks>
internal sealed class CheckpointReader : StateExchange
{
    readonly Stream _stream;
    readonly byte[] _block = new byte[CheckpointWriter.BlockLength];
    readonly Dictionary<string, (CheckpointSection Kind, long Start, long Length)> _sections = [];
    readonly List<string> _names = [];
    Checksum _checksum;

    /// <param name="stream">Seekable, at its beginning; left open.</param>
    /// <exception cref="InvalidDataException">Not a checkpoint, of another version, truncated or damaged.</exception>
    public CheckpointReader(Stream stream)
    {
        _stream = stream;
        ReadHeader();
        while (ReadSection() != CheckpointSection.End)
        {
        }
        if (stream.Position != stream.Length)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The checkpoint has {stream.Length - stream.Position:N0} bytes after its end: the file is damaged."));
    }

    public override bool Restores => true;

    /// <summary>Name and content of all texts, in their order.</summary>
    public IEnumerable<(string Name, string Value)> Texts() => _names.Where(name => _sections[name].Kind == CheckpointSection.Text).Select(name => (name, Text(name)));

    public override void Floats(string name, Span<float> values)
    {
        long length = Seek(name, CheckpointSection.Floats);
        if (length != (long)values.Length * sizeof(float))
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The checkpoint must have {values.Length:N0} numbers in its section '{name}', and has {length / sizeof(float):N0}: it is of another network."));
        const int InBlock = CheckpointWriter.BlockLength / sizeof(float);
        for (int first = 0; first < values.Length; first += InBlock)
        {
            Span<float> part = values[first..Math.Min(values.Length, first + InBlock)];
            Span<byte> bytes = _block.AsSpan(0, part.Length * sizeof(float));
            _stream.ReadExactly(bytes);
            for (int i = 0; i < part.Length; i++)
                part[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }
    }

    public override void Series(string name, List<double> values)
    {
        long length = Seek(name, CheckpointSection.Doubles);
        values.Clear();
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        for (long i = 0; i < length; i += sizeof(double))
        {
            _stream.ReadExactly(bytes);
            values.Add(BinaryPrimitives.ReadDoubleLittleEndian(bytes));
        }
    }

    string Text(string name)
    {
        var bytes = new byte[Seek(name, CheckpointSection.Text)];
        _stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    long Seek(string name, CheckpointSection kind)
    {
        if (!_sections.TryGetValue(name, out var section) || section.Kind != kind)
            throw new InvalidDataException($"The checkpoint must have a section '{name}' of {kind}, and has {(section.Start == 0 ? "none" : $"one of {section.Kind}")}: another release of this library wrote it.");
        _stream.Position = section.Start;
        return section.Length;
    }

    void ReadHeader()
    {
        Span<byte> header = stackalloc byte[8 + sizeof(uint)];
        if (_stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header[..8].SequenceEqual(CheckpointWriter.Magic))
            throw new InvalidDataException("A checkpoint must begin with 'MLNWCKPT', but this file doesn't: it is no checkpoint, or its beginning is damaged.");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != CheckpointWriter.Version)
            throw new InvalidDataException($"This library reads checkpoints of version {CheckpointWriter.Version}, but the file has version {version}: use the release that wrote it.");
    }

    CheckpointSection ReadSection()
    {
        _checksum = new Checksum();
        string place = string.Create(CultureInfo.InvariantCulture, $"at byte {_stream.Position:N0}");
        Span<byte> header = stackalloc byte[sizeof(byte) + sizeof(ushort)];
        Take(header, place);
        var kind = (CheckpointSection)header[0];
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[1..]);
        if (nameLength > CheckpointWriter.LongestName)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The checkpoint's section {place} has a name of {nameLength:N0} bytes, more than {CheckpointWriter.LongestName}: the file is damaged."));
        Span<byte> bytes = stackalloc byte[nameLength];
        Take(bytes, place);
        string name = Encoding.UTF8.GetString(bytes);
        if (nameLength > 0)
            place = $"'{name}'";
        Span<byte> size = stackalloc byte[sizeof(long)];
        Take(size, place);
        long length = BinaryPrimitives.ReadInt64LittleEndian(size), start = _stream.Position;
        if (length < 0 || length > _stream.Length - start)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The checkpoint's section {place} announces {length:N0} bytes, and {_stream.Length - start:N0} are left: the file is truncated or damaged."));
        for (long left = length; left > 0; left -= Math.Min(left, _block.Length))
            Take(_block.AsSpan(0, (int)Math.Min(left, _block.Length)), place);
        CheckSum(place);
        if (!Enum.IsDefined(kind) || kind == CheckpointSection.Doubles && length % sizeof(double) != 0 || !_sections.TryAdd(name, (kind, start, length)))
            throw new InvalidDataException($"The checkpoint's section {place} is of an unknown kind {header[0]}, has a part of a number, or is there twice: another release of this library wrote it.");
        _names.Add(name);
        return kind;
    }

    void CheckSum(string place)
    {
        uint computed = _checksum.Value;
        Span<byte> stored = stackalloc byte[sizeof(uint)];
        Take(stored, place);
        if (BinaryPrimitives.ReadUInt32LittleEndian(stored) != computed)
            throw new InvalidDataException($"The checksum of the checkpoint's section {place} doesn't match its content: the file is damaged.");
    }

    void Take(Span<byte> bytes, string place)
    {
        if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidDataException($"The checkpoint ends in its section {place}: the file is truncated.");
        _checksum.Add(bytes);
    }
}
