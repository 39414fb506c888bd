using MLNet.WeightInit.Engine.Persistence;

namespace MLNet.WeightInit;

public sealed partial class FeedForwardNetwork
{
    /// <summary>Writes the network in the engine's own format (docs/model-file.md): 4 bytes a parameter, 8 a feature, and a header.</summary>
    /// <remarks>Equal networks give equal bytes; the file holds no clock, path or thread count.</remarks>
    /// <param name="stream">Written from its position on, and left open.</param>
    /// <exception cref="ArgumentNullException">The stream is null.</exception>
    /// <exception cref="IOException">The stream can't be written.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ModelFile.Write(this, stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="stream">Read from its position to the end of the network, and left open.</param>
    /// <exception cref="ArgumentNullException">The stream is null.</exception>
    /// <exception cref="InvalidDataException">Not a model file, of a newer version, truncated or damaged.</exception>
    public static FeedForwardNetwork Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ModelFile.Read(stream);
    }
}
