using System.Globalization;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>A line of code that a finding proposes: an argument of the estimator, or a property of its options; and what it does, where that was measured.</summary>
public sealed record Remedy
{
    internal const string Auto = "init: \"Auto\"";
    internal const string EdgeOfChaos = "init: \"edge_of_chaos\"";
    internal const string LeakyRelu = "activation: \"LeakyReLU\"";
    internal const string Relu = "activation: \"ReLU\"";
    internal const string FewerLayers = "hiddenLayers: [64, 64]";
    internal const string HiddenLayers = "hiddenLayers: [128, 64]";
    internal const string ZeroHead = "OutputInit = \"zeros\"";
    internal const string ZeroBias = "BiasInit = \"zeros\"";
    internal const string PriorBias = "BiasInit = \"Auto\"";
    internal const string LayerNormalization = "Normalization = \"layer\"";
    internal const string NoDecay = "WeightDecay = 0f";
    internal const string NoL1 = "L1Regularization = 0f";
    internal const string NoMaxNorm = "MaxNorm = null";
    internal const string NoClipping = "GradientClipping = null";
    internal const string UsualEmbeddings = "EmbeddingInit = null";
    internal const string DecoupledDecay = "Optimizer = \"AdamW\"";
    internal const string Standardize = "Standardize = true";
    internal const string LessDropout = "Dropout = 0.2f";

    /// <summary>How a line about the batch begins: L-BFGS has none, it takes all rows.</summary>
    const string Batch = "BatchSize = ";

    internal Remedy(string code) => Code = code;

    /// <summary>The line of code: <c>init: "He"</c>, <c>OutputInit = "zeros"</c>.</summary>
    public string Code { get; }

    /// <summary>What the remedy does to the figure that the finding judged, on the same rows; null where it was not measured: <c>Diagnose</c> measures, the report of a training doesn't.</summary>
    public RemedyEffect? Effect { get; internal init; }

    /// <summary>The code.</summary>
    public override string ToString() => Code;

    /// <summary>False for what the network already has or can't have.</summary>
    internal static bool IsNew(string code, JudgedTraining training)
        => !training.Initializers.Any(initializer => string.Equals(code, $"init: \"{initializer}\"", StringComparison.OrdinalIgnoreCase))
            && code != Rate(training.LearningRate)
            && (!code.StartsWith(Batch, StringComparison.Ordinal) || training.Traits.HasLearningRate)
            && code switch
            {
                FewerLayers => training is { HiddenLayers: > 2, Traits.HasFixedLayers: false },
                LayerNormalization => training is { IsNormalized: false, Traits.MayNormalize: true },
                EdgeOfChaos => training.Traits.HasEdgeOfChaos,
                Standardize => !training.IsStandardized,
                _ => true,
            };

    /// <summary>Another learning rate, to three digits.</summary>
    internal static string Rate(double rate) => $"LearningRate = {((float)rate).ToString("G3", CultureInfo.InvariantCulture)}f";

    /// <summary>The initializer whose gain suits the activation.</summary>
    internal static string InitFor(string activation) => SpecificationText.Normalize(SpecificationText.Parse(activation, "activation").Name) switch
    {
        "relu" or "leakyrelu" or "elu" or "gelu" or "gelutanh" or "silu" or "mish" or "hardswish" => "init: \"He\"",
        "selu" => "init: \"LeCun\"",
        _ => "init: \"Glorot\"",
    };
}
