using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Layer probes built by hand. Padding is NaN, so that a read past the units poisons the sum.</summary>
internal static class Probes
{
    public static LayerProbe Layer(float[][] preActivations, float[]? weights = null, float[]? biases = null, string activation = "Identity", Func<float, float>? function = null, float[][]? gradients = null,
        float[]? weightGradients = null, int inputs = 1, string name = "hidden[0]")
    {
        int units = preActivations[0].Length, stride = (units + 15) / 16 * 16;
        var flatGradients = new AlignedBuffer(weightGradients?.Length ?? 16);
        weightGradients?.CopyTo(flatGradients.Span);
        return new LayerProbe
        {
            Name = name,
            Inputs = inputs,
            Units = units,
            Stride = stride,
            Activation = activation,
            PreActivations = Block(preActivations, stride),
            Activations = Block([.. preActivations.Select(row => row.Select(z => function is null ? z : function(z)).ToArray())], stride),
            PreActivationGradients = Block(gradients ?? [.. preActivations.Select(row => new float[row.Length])], stride),
            WeightGradients = flatGradients,
            Weights = weights ?? new float[units * inputs],
            Biases = biases ?? new float[units],
        };
    }

    static AlignedBuffer Block(float[][] rows, int stride)
    {
        var block = new AlignedBuffer(rows.Length * stride);
        block.Span.Fill(float.NaN);
        for (int row = 0; row < rows.Length; row++)
            rows[row].CopyTo(block.Span[(row * stride)..]);
        return block;
    }
}
