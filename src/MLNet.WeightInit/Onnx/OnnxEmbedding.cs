using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>The vector of a row's category as ONNX nodes.</summary>
internal static class OnnxEmbedding
{
    /// <summary>The row of the table that the key column names; row 0 for what is no key of it.</summary>
    /// <remarks>ML.NET's graphs have keys as UInt32, or as the 64 bits that a label encoder gives, which says −1 of a value that it doesn't know.</remarks>
    public static string Write(OnnxNetworkWriter writer, Embedding embedding)
    {
        string key = writer.Intermediate(NumberDataViewType.Int64, "key");
        writer.Node("Cast", [writer.Variable(embedding.Column)], key).AddAttribute("to", typeof(long));
        string isNegative = Flag(writer, "Less", key, writer.Position(0)), isAbove = Flag(writer, "Greater", key, writer.Position(embedding.KeyCount));
        string isNone = Flag(writer, "Or", isNegative, isAbove);
        string row = writer.Intermediate(NumberDataViewType.Int64, "row");
        writer.Node("Where", [isNone, writer.Position(0), key], row);
        // [rows, 1, dimensions] for keys that are [rows, 1]: reshaped, since Squeeze moved its axes from attributes to inputs at operator set 13.
        var type = new VectorDataViewType(NumberDataViewType.Single, embedding.Dimensions);
        string gathered = writer.Intermediate(type, "gathered"), vector = writer.Intermediate(type, $"embedding.{embedding.Column}");
        writer.Node("Gather", [writer.Table(embedding.GetVectors(), embedding.Dimensions, $"embedding.{embedding.Column}.weights"), row], gathered).AddAttribute("axis", 0);
        writer.Node("Reshape", [gathered, writer.Indexes([-1, embedding.Dimensions], "shape")], vector);
        return vector;
    }

    static string Flag(OnnxNetworkWriter writer, string operation, string left, string right)
    {
        string flag = writer.Intermediate(BooleanDataViewType.Instance, "flag");
        writer.Node(operation, [left, right], flag);
        return flag;
    }
}
