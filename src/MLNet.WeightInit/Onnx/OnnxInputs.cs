using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>From a row's columns to the first layer's inputs as ONNX nodes; the scales are in the first layer's weights.</summary>
internal static class OnnxInputs
{
    public static string Write(OnnxNetworkWriter writer, FeedForwardNetwork network, string features)
    {
        List<string> parts = [.. FeatureParts(writer, network, features), .. network.Embeddings.Select(embedding => OnnxEmbedding.Write(writer, embedding))];
        return parts.Count == 1 ? parts[0] : Concatenate(writer, network.Layout.Inputs, [.. parts]);
    }

    static string[] FeatureParts(OnnxNetworkWriter writer, FeedForwardNetwork network, string features)
    {
        InputEncoding encoding = network.Layout.Encoding;
        if (network.Inputs == 0)
            return [];
        if (!encoding.FillsMissing)
            return [Centre(writer, network, features)];
        int width = network.Inputs;
        string missing = writer.Intermediate(new VectorDataViewType(BooleanDataViewType.Instance, width), "missing");
        writer.Node("IsNaN", [features], missing);
        string centred = Centre(writer, network, writer.Elementwise("Where", width, [missing, writer.Row(encoding.Fills, "fills"), features]));
        return encoding.Indicators.Length == 0 ? [centred] : [centred, Indicators(writer, encoding, missing, width)];
    }

    /// <summary>The mean is subtracted in a node of its own: folded into the bias it would cost all digits that it shares with the features.</summary>
    static string Centre(OnnxNetworkWriter writer, FeedForwardNetwork network, string features)
        => network.FeatureScale.IsNone ? features : writer.Elementwise("Sub", network.Inputs, [features, writer.Row(network.FeatureScale.Means, "means")]);

    static string Indicators(OnnxNetworkWriter writer, InputEncoding encoding, string missing, int width)
    {
        string flags = writer.Intermediate(Vector(width), "flags");
        writer.Node("Cast", [missing], flags).AddAttribute("to", typeof(float));
        string indicators = writer.Intermediate(Vector(encoding.Indicators.Length), "indicators");
        OnnxNode gather = writer.Node("Gather", [flags, writer.Indexes(encoding.Indicators, "indicator.features")], indicators);
        gather.AddAttribute("axis", 1);
        return indicators;
    }

    static string Concatenate(OnnxNetworkWriter writer, int width, string[] parts)
    {
        string inputs = writer.Intermediate(Vector(width), "inputs");
        writer.Node("Concat", parts, inputs).AddAttribute("axis", 1);
        return inputs;
    }

    static VectorDataViewType Vector(int width) => new(NumberDataViewType.Single, width);
}
