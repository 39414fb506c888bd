using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>An autoencoder's columns as ONNX nodes: reconstruction, embedding, error.</summary>
internal static class OnnxReconstruction
{
    /// <param name="outputNames">In the order of the transformer's columns.</param>
    public static void Write(OnnxNetworkWriter writer, FeedForwardNetwork network, Reconstruction reconstruction, string features, string[] outputNames)
    {
        string scores = writer.Outputs(network, features, out string embedding, embeddingLayer: reconstruction.Layer);
        writer.Copy(scores, outputNames[0]);
        writer.Copy(embedding, outputNames[1]);
        int width = network.Outputs;
        string difference = writer.Elementwise("Mul", width, [writer.Elementwise("Sub", width, [scores, features]), writer.Row([.. reconstruction.Scales], "reconstruction.scales")]);
        string mean = writer.RowMean(writer.Elementwise("Mul", width, [difference, difference]));
        writer.Copy(writer.Elementwise("Mul", 1, [mean, writer.Constant((float)width / reconstruction.Counted)]), outputNames[2]);       // over the features that count
    }
}
