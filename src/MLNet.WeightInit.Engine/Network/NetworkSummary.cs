using System.Globalization;
using System.Text;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>A network for people: its layers as a table.</summary>
internal static class NetworkSummary
{
    const int Width = 100;

    public static string Write(FeedForwardNetwork network)
    {
        var table = new TextTable("Layer", "Inputs", "Units", "Activation", "Normalization", "Parameters");
        foreach (Embedding embedding in network.Embeddings)
            table.Add($"embedding of '{embedding.Column}'", Number(embedding.KeyCount), Number(embedding.Dimensions), "", "", Number((embedding.KeyCount + 1L) * embedding.Dimensions));
        foreach (DenseLayer layer in network.DenseLayers)
            table.Add(layer.Name + (layer.SkipFrom is { } from ? $" + {network.DenseLayers[from].Name}" : ""), Number(layer.Inputs), Number(layer.Outputs), layer.Activation, layer.IsNormalized ? layer.Normalization : "",
                Number((layer.Inputs + (layer.IsNormalized ? 3L : 1L)) * layer.Outputs));
        var text = new StringBuilder();
        table.AppendText(text, Width);
        double products = network.DenseLayers.Sum(layer => (double)layer.Inputs * layer.Outputs);
        text.Append(CultureInfo.InvariantCulture, $"{network.ParameterCount:#,0} parameters, {products:#,0} multiply-adds a row.");
        return text.ToString();
    }

    static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
