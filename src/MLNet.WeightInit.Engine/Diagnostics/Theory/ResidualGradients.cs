using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>The gradient's way back through residual blocks.</summary>
/// <remarks>∂L/∂x of a block x + F(x) is the gradient of the sum plus what comes back through F. The two are independent for independent weights, so their squared norms add (Yang and Schoenholz 2017,
/// section 3): with s the sums of a layer and z what its activation sees, ‖∂L/∂z‖² is growth · ‖∂L/∂s‖² of the next layer, and ‖∂L/∂s‖² = normalization · ‖∂L/∂z‖² + that of the next sums in the stream.</remarks>
internal static class ResidualGradients
{
    /// <summary>Norms of ∂L/∂z, from the first hidden layer to the output.</summary>
    /// <param name="growth">‖∂L/∂z‖² of a layer over ‖∂L/∂s‖² of the next one.</param>
    public static double[] Norms(IReadOnlyList<LayerProbe> layers, double outputNorm, Func<int, double> growth, IReadOnlyList<MeanFieldLayer> predictions)
    {
        int last = layers.Count - 1;
        var norms = new double[layers.Count];
        norms[last] = outputNorm;
        double sums = outputNorm * outputNorm, stream = 0;
        for (int index = last - 1; index >= 0; index--)
        {
            double preActivations = growth(index) * sums;
            sums = Sums(layers[index], preActivations, predictions[index], ref stream);
            norms[index] = Math.Sqrt(layers[index].IsNormalized ? preActivations : sums);
        }
        return norms;
    }

    /// <summary>‖∂L/∂s‖ of the stem over that of the last hidden layer.</summary>
    public static double StreamRatio(IReadOnlyList<LayerProbe> layers, Func<int, double> growth, IReadOnlyList<MeanFieldLayer> predictions)
    {
        double sums = 1, stream = 1;
        for (int index = layers.Count - 3; index >= 0; index--)
            sums = Sums(layers[index], growth(index) * sums, predictions[index], ref stream);
        return Math.Sqrt(sums);
    }

    /// <param name="stream">‖∂L/∂s‖² of the next layer in the stream; becomes this one's, if it is in the stream.</param>
    static double Sums(LayerProbe layer, double preActivations, MeanFieldLayer predicted, ref double stream)
    {
        double sums = preActivations * predicted.SquaredNormalization;
        return layer.Residual == ResidualPlace.Inner ? sums : stream += sums;
    }
}
