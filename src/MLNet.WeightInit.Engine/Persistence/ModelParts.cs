namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>What a network has beyond layers one after the other, by name. A new kind is a property, and a line in each of the three methods.</summary>
/// <remarks><c>count i32</c>, then for each part <c>name text · content</c>. A part that is not needed is left out, so that equal networks are equal files.</remarks>
internal sealed record ModelParts
{
    const string Residual = "residual blocks";

    /// <summary>Dense layers in each residual branch; 0: no blocks.</summary>
    public int BranchDepth { get; private set; }

    public static bool AreNeeded(FeedForwardNetwork network) => Writers(network).Count > 0;

    public static void Write(FeedForwardNetwork network, BinaryWriter writer)
    {
        List<(string Name, Action<BinaryWriter> Write)> parts = Writers(network);
        writer.Write(parts.Count);
        foreach ((string name, Action<BinaryWriter> write) in parts)
        {
            writer.Write(name);
            write(writer);
        }
    }

    public static ModelParts Read(PayloadReader reader)
    {
        const int MostParts = 100;
        var parts = new ModelParts();
        int count = reader.ReadInt32(1, MostParts, "parts");
        for (int i = 0; i < count; i++)
            parts.Read(reader.ReadString(), reader);
        return parts;
    }

    static List<(string Name, Action<BinaryWriter> Write)> Writers(FeedForwardNetwork network)
    {
        var parts = new List<(string, Action<BinaryWriter>)>();
        if (network.Layout.BranchDepth > 0)
            parts.Add((Residual, writer => writer.Write(network.Layout.BranchDepth)));
        return parts;
    }

    void Read(string name, PayloadReader reader)
    {
        switch (name)
        {
            case Residual: BranchDepth = reader.ReadInt32(1, int.MaxValue, "layers in a residual branch"); break;
            default: throw new InvalidDataException($"The network file has a part '{name}', which this library doesn't know: use the release that wrote it, or a newer one.");
        }
    }
}
