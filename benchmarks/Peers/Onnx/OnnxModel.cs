using System.Runtime.InteropServices;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;

namespace Peers.Onnx;

/// <summary>A network as the smallest ONNX file there is for it: Gemm, Relu, and Softmax where it gives probabilities.</summary>
/// <remarks>ML.NET's export adds labels and copies, which would slow the peer down. Field numbers: onnx.proto, ONNX IR version 8; operator set 13.</remarks>
static class OnnxModel
{
    public const string Input = "features", Output = "scores";
    const int FloatType = 1, IntegerAttribute = 2;

    public static byte[] Write(FeedForwardNetwork network)
    {
        var graph = new ProtocolBuffer().Text(2, "network");
        string values = Input;
        for (int i = 0; i < network.DenseLayers.Count; i++)
        {
            DenseLayer layer = network.DenseLayers[i];
            bool last = i == network.DenseLayers.Count - 1, softmax = last && network.Task == NetworkTask.Multiclass;
            graph.Message(5, Tensor($"w{i}", layer.GetWeights(), layer.Outputs, layer.Inputs)).Message(5, Tensor($"b{i}", layer.GetBiases(), layer.Outputs));
            string sums = last && !softmax ? Output : $"z{i}";
            graph.Message(1, Node("Gemm", [values, $"w{i}", $"b{i}"], sums, ("transB", 1)));
            values = last ? Output : $"h{i}";
            if (!last)
                graph.Message(1, Node("Relu", [sums], values));
            else if (softmax)
                graph.Message(1, Node("Softmax", [sums], values, ("axis", 1)));
        }
        graph.Message(11, Value(Input, network.Inputs)).Message(12, Value(Output, network.Outputs));
        return new ProtocolBuffer().Number(1, 8).Message(8, new ProtocolBuffer().Text(1, "").Number(2, 13)).Message(7, graph).ToArray();
    }

    static ProtocolBuffer Node(string operation, string[] inputs, string output, params (string Name, long Value)[] attributes)
    {
        var node = new ProtocolBuffer();
        foreach (string input in inputs)
            node.Text(1, input);
        node.Text(2, output).Text(4, operation);
        foreach ((string name, long value) in attributes)
            node.Message(5, new ProtocolBuffer().Text(1, name).Number(3, value).Number(20, IntegerAttribute));
        return node;
    }

    static ProtocolBuffer Tensor(string name, float[] values, params int[] shape)
    {
        var tensor = new ProtocolBuffer();
        foreach (int length in shape)
            tensor.Number(1, length);
        return tensor.Number(2, FloatType).Text(8, name).Bytes(9, MemoryMarshal.AsBytes(values.AsSpan()));
    }

    /// <summary>[rows × columns], with any number of rows.</summary>
    static ProtocolBuffer Value(string name, int columns)
    {
        var shape = new ProtocolBuffer().Message(1, new ProtocolBuffer().Text(2, "rows")).Message(1, new ProtocolBuffer().Number(1, columns));
        var type = new ProtocolBuffer().Message(1, new ProtocolBuffer().Number(1, FloatType).Message(2, shape));
        return new ProtocolBuffer().Text(1, name).Message(2, type);
    }
}
