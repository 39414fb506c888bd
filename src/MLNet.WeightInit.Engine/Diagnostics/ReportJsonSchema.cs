namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Column names of the two tables in a report's JSON. Order is part of what is written, not of what is read.</summary>
internal static class ReportJsonSchema
{
    public static readonly IReadOnlyList<string> PlanColumns =
        ["tensor", "fanIn", "fanOut", "rows", "columns", "layerIndex", "depth", "role", "activation", "kernelSize", "initializer", "targetDeviation", "stream", "reason"];

    /// <summary>Columns of the plan that are written only where one of its rows has something else than 0 in them: reports of earlier releases have none.</summary>
    public const string InputDropout = "inputDropout", Normalized = "normalized", ResidualBranches = "residualBranches", BranchDepth = "branchDepth", BranchLayer = "branchLayer";

    /// <summary>Columns of the plan that are written only where one of its rows has something else than 1 in them.</summary>
    public const string InitializerVersion = "initializerVersion", LearningRateMultiplier = "learningRateMultiplier";

    /// <summary>A column of the plan that only a plan alone has, and only where tensors were hashed.</summary>
    public const string Hash = "sha256";

    /// <summary>A text that is written only where the probe's rows were hashed.</summary>
    public const string ProbeHash = "probeSha256";

    /// <summary>An object that is written only where there is a forecast.</summary>
    public const string Forecast = "forecast";

    /// <summary>A table that is written only where there are categorical columns.</summary>
    public const string Embeddings = "embeddings";

    public static readonly IReadOnlyList<string> EmbeddingColumns = ["embedding", "rows", "dimensions", "seen", "deviation", "predictedDeviation", "gradientNorm"];

    public static readonly IReadOnlyList<string> LayerColumns =
        [
            "layer", "activation", "inputs", "outputs", "preActivationMean", "preActivationDeviation", "predictedDeviation", "outputMean", "outputDeviation",
            "zeroFraction", "saturatedFraction", "deadFraction", "predictedDeadFraction",
            "preActivationGradientNorm", "predictedGradientNorm", "weightGradientNorm", "weightDeviation", "identicalFraction", "parallelFraction",
        ];
}
