namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Column names of the two tables in a report's JSON. Order is part of what is written, not of what is read.</summary>
internal static class ReportJsonSchema
{
    public static readonly IReadOnlyList<string> PlanColumns =
        ["tensor", "fanIn", "fanOut", "rows", "columns", "layerIndex", "depth", "role", "activation", "kernelSize", "initializer", "targetDeviation", "stream", "reason"];

    /// <summary>Written where a plan has dropout: without it, and in reports of earlier releases, there is none.</summary>
    public const string InputDropout = "inputDropout";

    public static readonly IReadOnlyList<string> LayerColumns =
        [
            "layer", "activation", "inputs", "outputs", "preActivationMean", "preActivationDeviation", "predictedDeviation", "outputMean", "outputDeviation",
            "zeroFraction", "saturatedFraction", "deadFraction", "predictedDeadFraction",
            "preActivationGradientNorm", "predictedGradientNorm", "weightGradientNorm", "weightDeviation", "identicalFraction", "parallelFraction",
        ];
}
