using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>The part of a model file that says how rows become the first layer's inputs; only files whose version has <see cref="Flag"/> have it.</summary>
internal static class InputEncodingPart
{
    /// <summary>Added to the version: what it says of the rest of the payload stays as it is.</summary>
    public const uint Flag = 0x1_0000;

    public static void Write(InputEncoding encoding, BinaryWriter writer)
    {
        writer.Write(encoding.Fills.Length);
        foreach (float fill in encoding.Fills)
            writer.Write(fill);
        writer.Write(encoding.Indicators.Length);
        foreach (int feature in encoding.Indicators)
            writer.Write(feature);
    }

    /// <exception cref="InvalidDataException">The part is damaged.</exception>
    public static InputEncoding Read(PayloadReader reader, int features)
    {
        int fills = reader.ReadInt32(0, features, "means of missing values");
        if (fills != 0 && fills != features)
            throw new InvalidDataException($"The network file has {fills} means of missing values for {features} features: the file is damaged.");
        float[] means = reader.ReadFloats(fills);
        int count = reader.ReadInt32(0, fills, "indicators of missing values");
        reader.CheckFloatsLeft(count);
        var indicators = new int[count];
        for (int i = 0; i < count; i++)
            indicators[i] = reader.ReadInt32(i == 0 ? 0 : indicators[i - 1] + 1, features - 1, "as the feature of an indicator");
        return new InputEncoding(means, indicators);
    }
}
