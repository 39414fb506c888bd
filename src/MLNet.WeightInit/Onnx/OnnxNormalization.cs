using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit;

/// <summary>Normalizations as ONNX nodes that every operator set from 9 on has: LayerNormalization itself came with 17.</summary>
internal static class OnnxNormalization
{
    /// <summary>What the activation sees; the values themselves where the layer has no normalization.</summary>
    public static string Write(OnnxNetworkWriter writer, DenseLayer layer, string values)
        => !layer.IsNormalized ? values : layer.HasRunningStatistics ? Batch(writer, layer, values) : Layer(writer, layer, values);

    /// <summary>γ (x − mean) / √(mean of (x − mean)² + ε) + β over the values of each row.</summary>
    static string Layer(OnnxNetworkWriter writer, DenseLayer layer, string values)
    {
        int width = layer.Outputs;
        string centred = writer.Elementwise("Sub", width, [values, writer.RowMean(values)]);
        string variance = writer.RowMean(writer.Elementwise("Mul", width, [centred, centred]));
        string deviation = writer.Elementwise("Sqrt", 1, [writer.Elementwise("Add", 1, [variance, writer.Constant(NormalizationKernel.Epsilon)])]);
        string normalized = writer.Elementwise("Div", width, [centred, deviation]);
        string scaled = writer.Elementwise("Mul", width, [normalized, writer.Row(layer.GetNormalizationScales(), layer.Name + ".scales")]);
        return writer.Elementwise("Add", width, [scaled, writer.Row(layer.GetNormalizationShifts(), layer.Name + ".shifts")]);
    }

    /// <summary>x · γ / √(variance + ε) + (β − mean · γ / √(variance + ε)) with the running statistics, folded as scoring folds them.</summary>
    static string Batch(OnnxNetworkWriter writer, DenseLayer layer, string values)
    {
        float[] factors = layer.GetNormalizationScales(), offsets = layer.GetNormalizationShifts(), means = layer.GetRunningMeans(), variances = layer.GetRunningVariances();
        for (int unit = 0; unit < factors.Length; unit++)
        {
            factors[unit] *= 1 / MathF.Sqrt(variances[unit] + BatchNormalizationKernel.Epsilon);
            offsets[unit] = MathF.FusedMultiplyAdd(-means[unit], factors[unit], offsets[unit]);
        }
        string scaled = writer.Elementwise("Mul", layer.Outputs, [values, writer.Row(factors, layer.Name + ".factors")]);
        return writer.Elementwise("Add", layer.Outputs, [scaled, writer.Row(offsets, layer.Name + ".offsets")]);
    }
}
