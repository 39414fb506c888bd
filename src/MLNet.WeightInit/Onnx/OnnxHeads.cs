using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels.Scoring;

namespace MLNet.WeightInit;

/// <summary>The outputs of one head of a network as ONNX nodes.</summary>
internal static class OnnxHeads
{
    /// <summary>Logits of classes and labels, or values in the label's unit.</summary>
    /// <param name="linear">All of the network's linear outputs.</param>
    public static string Write(OnnxNetworkWriter writer, FeedForwardNetwork network, string linear, int head)
    {
        IReadOnlyList<OutputHead> heads = network.TargetScale.Heads;
        OutputHead own = heads[head];
        int first = heads.Take(head).Sum(before => before.Outputs);
        string values = heads.Count == 1 ? linear : writer.Columns(linear, first, own.Outputs);
        if (own.IsExponential)
            return writer.Elementwise("Exp", own.Outputs, [values]);
        if (!own.Task.IsOfValues())
            return values;
        if (own.Task == NetworkTask.Quantiles)
            values = Climb(writer, values, own.Outputs);
        AffineScale scale = network.TargetScale.OfOutputs();
        Range outputs = first..(first + own.Outputs);
        return writer.Scaled(values, new AffineScale(scale.Means[outputs], scale.Scales[outputs]));
    }

    /// <summary>As <see cref="QuantileLadder"/>, addition by addition: a product with a matrix of ones could round quantiles that are nearly equal across one another.</summary>
    static string Climb(OnnxNetworkWriter writer, string values, int count)
    {
        if (count == 1)
            return values;
        string steps = writer.Elementwise("Softplus", count, [values]);
        var quantiles = new string[count];
        int middle = QuantileLadder.Middle(count);
        quantiles[middle] = writer.Columns(values, middle, 1);
        for (int i = middle + 1; i < count; i++)
            quantiles[i] = writer.Elementwise("Add", 1, [quantiles[i - 1], writer.Columns(steps, i, 1)]);
        for (int i = middle - 1; i >= 0; i--)
            quantiles[i] = writer.Elementwise("Sub", 1, [quantiles[i + 1], writer.Columns(steps, i, 1)]);
        return writer.SideBySide(quantiles);
    }
}
