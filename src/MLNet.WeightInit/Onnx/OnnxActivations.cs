using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Every activation as ONNX nodes, from its specification.</summary>
internal static class OnnxActivations
{
    /// <exception cref="NotSupportedException">The activation has no translation.</exception>
    public static string Write(OnnxNetworkWriter writer, string specification, string values, int width)
    {
        SpecificationText activation = SpecificationText.Parse(specification, "activation");
        string Apply(string operation, params string[] inputs) => writer.Elementwise(operation, width, inputs);
        string ApplyWith(string operation, params (string, float)[] attributes) => writer.Elementwise(operation, width, [values], attributes);
        string Gate(string gate) => Apply("Mul", values, gate);

        return SpecificationText.Normalize(activation.Name) switch
        {
            "identity" => values,
            "relu" => Apply("Relu", values),
            "leakyrelu" => ApplyWith("LeakyRelu", ("alpha", activation.ReadSingle("slope", 0.01f))),
            "elu" => ApplyWith("Elu", ("alpha", activation.ReadSingle("alpha", 1))),
            "selu" => ApplyWith("Selu", ("alpha", 1.6732632423543772f), ("gamma", 1.0507009873554805f)), // Klambauer et al. 2017, eq. 2
            "gelu" => Gelu(writer, values, width),
            "gelutanh" => GeluTanh(writer, values, width),
            "silu" => Gate(Apply("Sigmoid", values)),
            "mish" => Gate(Apply("Tanh", Apply("Softplus", values))),
            "hardswish" => Gate(ApplyWith("HardSigmoid", ("alpha", 1f / 6), ("beta", 0.5f))),
            "tanh" => Apply("Tanh", values),
            "hardtanh" => Apply("Min", Apply("Max", values, writer.Constant(-1)), writer.Constant(1)), // Clip's bounds moved from attributes to inputs at operator set 11
            "sigmoid" => Apply("Sigmoid", values),
            "softplus" => Apply("Softplus", values),
            "softsign" => Apply("Softsign", values),
            "sin" => Apply("Sin", values),
            "erf" => Apply("Erf", Apply("Mul", values, writer.Constant(0.886226925f))), // erf(√π x / 2): slope 1 at 0
            _ => throw new NotSupportedException($"The activation {specification} can't be written as ONNX. Save the model with mlContext.Model.Save instead."),
        };
    }

    /// <summary>x · ½ (1 + erf(x / √2)): Hendrycks and Gimpel 2016, section 2.</summary>
    static string Gelu(OnnxNetworkWriter writer, string values, int width)
    {
        string scaled = writer.Elementwise("Mul", width, [values, writer.Constant(0.70710678f)]);
        return HalfGate(writer, values, writer.Elementwise("Erf", width, [scaled]), width);
    }

    /// <summary>x · ½ (1 + tanh(√(2/π) (x + 0.044715 x³))): Hendrycks and Gimpel 2016, section 2.</summary>
    static string GeluTanh(OnnxNetworkWriter writer, string values, int width)
    {
        string square = writer.Elementwise("Mul", width, [values, values]);
        string cubic = writer.Elementwise("Mul", width, [square, writer.Constant(0.044715f)]);
        string factor = writer.Elementwise("Add", width, [cubic, writer.Constant(1)]);
        string inner = writer.Elementwise("Mul", width, [values, factor]);
        string scaled = writer.Elementwise("Mul", width, [inner, writer.Constant(0.7978845608f)]);
        return HalfGate(writer, values, writer.Elementwise("Tanh", width, [scaled]), width);
    }

    static string HalfGate(OnnxNetworkWriter writer, string values, string signed, int width)
    {
        string shifted = writer.Elementwise("Add", width, [signed, writer.Constant(1)]);
        string half = writer.Elementwise("Mul", width, [values, writer.Constant(0.5f)]);
        return writer.Elementwise("Mul", width, [half, shifted]);
    }
}
