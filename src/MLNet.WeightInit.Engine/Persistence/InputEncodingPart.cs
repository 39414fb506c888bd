using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>The part of a model file that says how rows become the first layer's inputs. Its flags are added to the version, so that files without it stay as they are.</summary>
internal static class InputEncodingPart
{
    const uint FillsMissing = 0x1_0000, HasCategories = 0x2_0000;

    const int MostColumns = 100_000, MostDimensions = 1_000_000;

    /// <summary>What a version may have of this part; the rest of it says how layers are written.</summary>
    public const uint Flags = FillsMissing | HasCategories;

    public static uint FlagsOf(InputEncoding encoding) => (encoding.FillsMissing ? FillsMissing : 0) | (encoding.Columns.Count > 0 ? HasCategories : 0);

    public static void Write(InputEncoding encoding, BinaryWriter writer)
    {
        if (encoding.FillsMissing)
        {
            writer.Write(encoding.Fills.Length);
            foreach (float fill in encoding.Fills)
                writer.Write(fill);
            writer.Write(encoding.Indicators.Length);
            foreach (int feature in encoding.Indicators)
                writer.Write(feature);
        }
        if (encoding.Columns.Count == 0)
            return;
        writer.Write(encoding.Columns.Count);
        foreach (EmbeddingColumn column in encoding.Columns)
        {
            writer.Write(column.Name);
            writer.Write(column.Keys);
            writer.Write(column.Dimensions);
        }
    }

    /// <param name="flags">Of the file's version.</param>
    /// <exception cref="InvalidDataException">The part is damaged.</exception>
    public static InputEncoding Read(PayloadReader reader, int features, uint flags)
    {
        InputEncoding encoding = (flags & FillsMissing) != 0 ? ReadMissing(reader, features) : InputEncoding.Plain;
        return (flags & HasCategories) != 0 ? encoding with { Columns = ReadColumns(reader) } : encoding;
    }

    static InputEncoding ReadMissing(PayloadReader reader, int features)
    {
        int fills = reader.ReadInt32(0, features, "means of missing values");
        if (fills != features)
            throw new InvalidDataException($"The network file has {fills} means of missing values for {features} features: the file is damaged.");
        float[] means = reader.ReadFloats(fills);
        int count = reader.ReadInt32(0, fills, "indicators of missing values");
        reader.CheckFloatsLeft(count);
        var indicators = new int[count];
        for (int i = 0; i < count; i++)
            indicators[i] = reader.ReadInt32(i == 0 ? 0 : indicators[i - 1] + 1, features - 1, "as the feature of an indicator");
        return new InputEncoding(means, indicators);
    }

    static EmbeddingColumn[] ReadColumns(PayloadReader reader)
    {
        var columns = new EmbeddingColumn[reader.ReadInt32(1, MostColumns, "categorical columns")];
        long numbers = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = new EmbeddingColumn(reader.ReadString(), reader.ReadInt32(1, int.MaxValue - 1, "keys of a categorical column"), reader.ReadInt32(1, MostDimensions, "dimensions of an embedding"));
            reader.CheckFloatsLeft(numbers += columns[i].Count);
        }
        return columns;
    }
}
