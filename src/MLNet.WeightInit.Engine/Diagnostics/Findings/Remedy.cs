using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Lines of code that findings propose: arguments of the estimator, or properties of its options.</summary>
internal static class Remedy
{
    public const string Auto = "init: \"Auto\"";
    public const string EdgeOfChaos = "init: \"edge_of_chaos\"";
    public const string Relu = "activation: \"ReLU\"";
    public const string FewerLayers = "hiddenLayers: [64, 64]";
    public const string ZeroHead = "OutputInit = \"zeros\"";
    public const string ZeroBias = "BiasInit = \"zeros\"";
    public const string PriorBias = "BiasInit = \"Auto\"";
    public const string LayerNormalization = "Normalization = \"layer\"";
    public const string Standardize = "Standardize = true";

    /// <summary>False for what the network already has.</summary>
    public static bool IsNew(string remedy, ReportContext context)
        => !context.Initializers.Any(initializer => string.Equals(remedy, $"init: \"{initializer}\"", StringComparison.OrdinalIgnoreCase))
            && (remedy != FewerLayers || context.HiddenLayers > 2) && (remedy != LayerNormalization || !context.Probe.Layers[0].IsNormalized) && (remedy != Standardize || !context.IsStandardized);

    /// <summary>The initializer whose gain suits the activation.</summary>
    public static string InitFor(string activation) => SpecificationText.Normalize(SpecificationText.Parse(activation, "activation").Name) switch
    {
        "relu" or "leakyrelu" or "elu" or "gelu" or "gelutanh" or "silu" or "mish" or "hardswish" => "init: \"He\"",
        "selu" => "init: \"LeCun\"",
        _ => "init: \"Glorot\"",
    };
}
