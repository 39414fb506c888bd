using System.Globalization;
using System.Buffers.Binary;
using System.Text;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>The engine's own model file: little-endian, versioned, with a checksum; described in docs/model-file.md.</summary>
/// <remarks>
/// <c>magic[8] · version u32 · payload length u64 · payload · CRC-32C u32</c>. The payload is task, layers, feature scale, target scale, then every layer's weights
/// (row-major [outputs × inputs]) and biases. Nothing in it depends on the machine, so equal networks are equal files. Every length is checked against what is
/// left of the payload before anything is allocated.
/// </remarks>
internal static class ModelFile
{
    /// <summary>What networks without a normalization are written as: earlier releases read them, and their bytes stay what they were.</summary>
    public const uint PlainVersion = 1;

    /// <summary>Each layer's activation is followed by its normalization, its biases by scales and shifts where it has one.</summary>
    public const uint NormalizedVersion = 2;

    /// <summary>As <see cref="NormalizedVersion"/>, and before the weights the network's parts by name (<see cref="ModelParts"/>).</summary>
    public const uint Version = 3;
    const int HeaderLength = 8 + 4 + 8;
    const int MostLayers = 100_000;

    /// <summary>Stands where the number of scales would, for outputs that are logarithms.</summary>
    const int ExponentialScale = -1;
    const string TargetScaleKind = "target";

    static ReadOnlySpan<byte> Magic => "MLNWINIT"u8;

    public static void Write(FeedForwardNetwork network, Stream stream)
    {
        using var payload = new MemoryStream();
        using (var writer = new BinaryWriter(payload, Encoding.UTF8, leaveOpen: true))
            WritePayload(network, writer);
        ReadOnlySpan<byte> bytes = payload.GetBuffer().AsSpan(0, (int)payload.Length);
        Span<byte> header = stackalloc byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], VersionOf(network));
        BinaryPrimitives.WriteUInt64LittleEndian(header[12..], (ulong)bytes.Length);
        stream.Write(header);
        stream.Write(bytes);
        Span<byte> checksum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Checksum.Of(bytes));
        stream.Write(checksum);
    }

    public static FeedForwardNetwork Read(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength || !header[..8].SequenceEqual(Magic))
            throw new InvalidDataException("A network file must begin with 'MLNWINIT', but this stream doesn't: it is no network file, or not at its beginning.");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        uint layerVersion = version & ~InputEncodingPart.Flags;
        if (layerVersion is not (PlainVersion or NormalizedVersion or Version))
            throw new InvalidDataException($"This library reads network files of versions {PlainVersion} to {Version}, but the file has version {version}: use the release that wrote it, or a newer one.");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(header[12..]);
        if (length > int.MaxValue - 64)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"A network file's payload must be below 2 GB, but the header says {length:N0} bytes: the file is damaged."));
        byte[] payload = ReadExactly(stream, (int)length);
        Span<byte> checksum = stackalloc byte[4];
        if (stream.ReadAtLeast(checksum, 4, throwOnEndOfStream: false) < 4)
            throw Truncated();
        if (BinaryPrimitives.ReadUInt32LittleEndian(checksum) != Checksum.Of(payload))
            throw new InvalidDataException("The network file's checksum doesn't match its content: the file is damaged.");
        return ReadPayload(new PayloadReader(payload), layerVersion, version & InputEncodingPart.Flags);
    }

    static uint VersionOf(FeedForwardNetwork network) => LayerVersionOf(network) | InputEncodingPart.FlagsOf(network.Layout.Encoding);

    static uint LayerVersionOf(FeedForwardNetwork network)
        => ModelParts.AreNeeded(network) ? Version : network.Layout.Normalization == Normalization.None ? PlainVersion : NormalizedVersion;

    static void WritePayload(FeedForwardNetwork network, BinaryWriter writer)
    {
        uint version = LayerVersionOf(network);
        writer.Write((byte)network.Task);
        writer.Write(network.Inputs);
        InputEncodingPart.Write(network.Layout.Encoding, writer);
        writer.Write(network.DenseLayers.Count);
        foreach (LayerLayout layer in network.Layout.Layers)
        {
            writer.Write(layer.Outputs);
            writer.Write(layer.Activation);
            if (version != PlainVersion)
                writer.Write((byte)layer.Normalization);
        }
        if (HeadsSection.IsIn(network.Task))
            HeadsSection.Write(network.TargetScale.Heads, writer);
        WriteScale(network.FeatureScale, writer);
        WriteScale(network.TargetScale, writer);
        if (version == Version)
            ModelParts.Write(network, writer);
        foreach (DenseLayer layer in network.DenseLayers)
        {
            WriteFloats(layer.GetWeights(), writer);
            WriteFloats(layer.GetBiases(), writer);
            WriteFloats(layer.GetNormalizationScales(), writer);
            WriteFloats(layer.GetNormalizationShifts(), writer);
            WriteFloats(layer.GetRunningMeans(), writer);
            WriteFloats(layer.GetRunningVariances(), writer);
        }
        foreach (Embedding embedding in network.Embeddings)
            WriteFloats(embedding.GetVectors(), writer);
    }

    static FeedForwardNetwork ReadPayload(PayloadReader reader, uint version, uint encodingFlags)
    {
        var task = (NetworkTask)reader.ReadByte();
        if (!Enum.IsDefined(task))
            throw new InvalidDataException($"The network file names task {(int)task}, which this library doesn't know.");
        int inputs = reader.ReadInt32(encodingFlags == 0 ? 1 : 0, int.MaxValue, "features");
        InputEncoding encoding = InputEncodingPart.Read(reader, inputs, encodingFlags);
        int count = reader.ReadInt32(1, MostLayers, "layers");
        var layers = new (int Units, string Activation)[count];
        var normalizations = new Normalization[count];
        long parameters = 0, width = encoding.WidthOf(inputs);
        for (int i = 0; i < count; i++)
        {
            layers[i] = (reader.ReadInt32(1, int.MaxValue, "units"), reader.ReadString());
            normalizations[i] = version == PlainVersion ? Normalization.None : ReadNormalization(reader, i == count - 1 ? Normalization.None : i > 0 ? normalizations[0] : null, i);
            parameters += (width + (normalizations[i] switch { Normalization.None => 1, Normalization.Batch => 5, _ => 3 })) * layers[i].Units;
            reader.CheckFloatsLeft(parameters);
            width = layers[i].Units;
        }
        IReadOnlyList<OutputHead> heads = HeadsSection.IsIn(task) ? HeadsSection.Read(reader, task, layers[^1].Units) : [];
        AffineScale features = ReadScale(reader, inputs, "feature"), targets = ReadScale(reader, heads.Count > 0 ? heads.Sum(head => head.TargetColumns) : layers[^1].Units, TargetScaleKind);
        if (heads.Count > 0)
            targets = targets.IsExponential ? throw new InvalidDataException("The network file has one logarithm for several heads: the file is damaged.") : targets with { Heads = heads };
        ModelParts parts = version == Version ? ModelParts.Read(reader) : new ModelParts();
        FeedForwardNetwork network;
        try
        {
            network = new FeedForwardNetwork(new NetworkLayout(inputs, layers, normalizations[0], parts.BranchDepth, encoding), task, features, targets);
            foreach ((_, string activation) in layers)
                Kernels.Activations.Activations.Parse(activation);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"The network file describes a network that this library can't build: {exception.Message}", exception);
        }
        foreach (DenseLayer layer in network.DenseLayers)
        {
            layer.SetWeights(reader.ReadFloats(layer.Inputs * layer.Outputs));
            layer.SetBiases(reader.ReadFloats(layer.Outputs));
            if (layer.IsNormalized)
                layer.SetNormalization(reader.ReadFloats(layer.Outputs), reader.ReadFloats(layer.Outputs));
            if (layer.HasRunningStatistics)
                layer.SetRunningStatistics(reader.ReadFloats(layer.Outputs), reader.ReadFloats(layer.Outputs));
        }
        foreach (Embedding embedding in network.Embeddings)
            embedding.SetVectors(reader.ReadFloats((embedding.KeyCount + 1) * embedding.Dimensions));
        reader.CheckEnd();
        return network;
    }

    /// <param name="expected">All hidden layers are normalized as the first is, and the output isn't; null for the first hidden one.</param>
    static Normalization ReadNormalization(PayloadReader reader, Normalization? expected, int layer)
    {
        var normalization = (Normalization)reader.ReadByte();
        if (!Enum.IsDefined(normalization))
            throw new InvalidDataException($"The network file names normalization {(int)normalization}, which this library doesn't know.");
        if (expected is { } wanted && normalization != wanted)
            throw new InvalidDataException($"The network file has normalization {normalization} in layer {layer} where {wanted} is expected: the file is damaged.");
        return normalization;
    }

    static void WriteScale(AffineScale scale, BinaryWriter writer)
    {
        if (scale.IsExponential)
        {
            writer.Write(ExponentialScale);
            return;
        }
        writer.Write(scale.Means.Length);
        WriteFloats(scale.Means, writer);
        WriteFloats(scale.Scales, writer);
    }

    static AffineScale ReadScale(PayloadReader reader, int columns, string kind)
    {
        int count = reader.ReadInt32(kind == TargetScaleKind ? ExponentialScale : 0, columns, $"{kind} scales");
        if (count == ExponentialScale)
            return AffineScale.Exponential;
        if (count != 0 && count != columns)
            throw new InvalidDataException($"The network file has {count} {kind} scales for {columns} columns: the file is damaged.");
        return count == 0 ? AffineScale.None : new AffineScale(reader.ReadFloats(count), reader.ReadFloats(count));
    }

    static void WriteFloats(ReadOnlySpan<float> values, BinaryWriter writer)
    {
        foreach (float value in values)
            writer.Write(value);
    }

    /// <summary>Reads in blocks, so that a length that a damaged header claims is not allocated before that many bytes have come.</summary>
    static byte[] ReadExactly(Stream stream, int length)
    {
        const int Block = 1 << 20;
        var bytes = new byte[Math.Min(length, Block)];
        int read = 0;
        while (read < length)
        {
            if (read == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(length, 2L * bytes.Length));
            int got = stream.Read(bytes, read, bytes.Length - read);
            if (got == 0)
                throw Truncated();
            read += got;
        }
        return bytes;
    }

    static InvalidDataException Truncated() => new("The network file ends before its content does: it is truncated.");
}
