using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit;

/// <summary>Layer normalization as ONNX nodes that every operator set from 9 on has: LayerNormalization itself came with 17.</summary>
internal static class OnnxNormalization
{
    /// <summary>γ (x − mean) / √(mean of (x − mean)² + ε) + β over the values of each row; the values themselves where the layer has no normalization.</summary>
    public static string Write(OnnxNetworkWriter writer, DenseLayer layer, string values)
    {
        if (!layer.IsNormalized)
            return values;
        int width = layer.Outputs;
        string centred = writer.Elementwise("Sub", width, [values, writer.RowMean(values)]);
        string variance = writer.RowMean(writer.Elementwise("Mul", width, [centred, centred]));
        string deviation = writer.Elementwise("Sqrt", 1, [writer.Elementwise("Add", 1, [variance, writer.Constant(NormalizationKernel.Epsilon)])]);
        string normalized = writer.Elementwise("Div", width, [centred, deviation]);
        string scaled = writer.Elementwise("Mul", width, [normalized, writer.Row(layer.GetNormalizationScales(), layer.Name + ".scales")]);
        return writer.Elementwise("Add", width, [scaled, writer.Row(layer.GetNormalizationShifts(), layer.Name + ".shifts")]);
    }
}
