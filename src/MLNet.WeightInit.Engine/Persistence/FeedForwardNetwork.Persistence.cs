using MLNet.WeightInit.Engine.Persistence;

namespace MLNet.WeightInit;

public sealed partial class FeedForwardNetwork
{
    /// <summary>Writes the network in the engine's own format (docs/model-file.md): 4 bytes a parameter, 8 a feature, and a header.</summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ModelFile.Write(this, stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Not a model file, of a newer version, truncated or damaged.</exception>
    public static FeedForwardNetwork Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ModelFile.Read(stream);
    }
}
