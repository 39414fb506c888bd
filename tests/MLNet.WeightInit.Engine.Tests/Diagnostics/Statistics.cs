using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>Layer statistics and contexts of findings with every figure healthy, to be changed with <c>with</c>.</summary>
internal static class Statistics
{
    public static readonly TrainingDynamics Sgd = new("SGD", false, 0);
    public static readonly TrainingDynamics Adam = new("Adam", true, 1e-8);
    public static readonly TrainingDynamics Lion = new("Lion", true, 0);

    public static LayerStatistics Healthy(string name = "hidden[0]", string activation = "ReLU", int inputs = 64, int outputs = 64) => new()
    {
        Layer = name,
        Activation = activation,
        Inputs = inputs,
        Outputs = outputs,
        PreActivationMean = 0,
        PreActivationDeviation = 1,
        PredictedDeviation = 1,
        OutputMean = 0.4,
        OutputDeviation = 0.6,
        ZeroFraction = 0.5,
        SaturatedFraction = 0,
        DeadFraction = 0,
        PredictedDeadFraction = 0,
        PreActivationGradientNorm = 0.1,
        PredictedGradientNorm = 0.1,
        WeightGradientNorm = 1,
        WeightDeviation = 0.18,
        IdenticalFraction = 0,
        ParallelFraction = 0,
    };

    /// <summary>Hidden layers whose deviation and gradient move by constant factors, and a healthy output.</summary>
    public static LayerStatistics[] Chain(int hidden, double signalFactor = 1, double gradientFactor = 1, string activation = "ReLU", int width = 64, double weightGradient = 1)
    {
        var layers = new LayerStatistics[hidden + 1];
        for (int index = 0; index < hidden; index++)
            layers[index] = Healthy($"hidden[{index}]", activation, width, width) with
            {
                PreActivationDeviation = Math.Pow(signalFactor, index),
                PreActivationGradientNorm = 0.1 * Math.Pow(gradientFactor, hidden - 1 - index),
                WeightGradientNorm = weightGradient,
            };
        layers[hidden] = Healthy("output", "Identity", width, 10);
        return layers;
    }

    public static ReportContext Context(IReadOnlyList<LayerStatistics> layers, TrainingDynamics training, bool zeroHead = false, double predictedGradientRatio = 1, LayerProbe? output = null, string loss = "SoftmaxCrossEntropy",
        double initialLoss = 0.6931472, double priorLoss = 0.6931472, NetworkTheory? theory = null) => new()
        {
            Layers = zeroHead ? [.. layers.SkipLast(1).Select(layer => layer with { PreActivationGradientNorm = 0, WeightGradientNorm = 0 }), layers[^1] with { WeightDeviation = 0 }] : layers,
            Probe = new NetworkProbe(2, initialLoss, [.. layers.SkipLast(1).Select(layer => Probes.Layer([[0.5f, 1], [1, 0.5f]], layer.IdenticalFraction == 1 ? [1, 1] : [1, 2], name: layer.Layer)), output ?? Probes.Layer([[0, 0], [0, 0]], zeroHead ? [0, 0] : [1, 2], name: "output")]),
            Training = training,
            Initializers = ["normal(deviation=0.01)"],
            IsStandardized = true,
            Loss = loss,
            PriorLoss = priorLoss,
            PredictedGradientRatio = predictedGradientRatio,
            Theory = theory,
        };

    /// <summary>Of a healthy chain: critical, with bands of e^±0.196 about its figures.</summary>
    public static NetworkTheory Theory(int hidden) => new()
    {
        FixedPoint = 1,
        GradientGrowth = 1,
        StabilitySlope = 1,
        SimilarityFixedPoint = 1,
        SimilarityDepth = double.PositiveInfinity,
        GradientDepth = double.PositiveInfinity,
        VarianceDepth = double.PositiveInfinity,
        DepthShare = 0,
        InverseWidth = hidden / 64.0,
        EffectiveRank = 20,
        Layers = [.. Chain(hidden).Select(layer => new LayerTheory
        {
            Layer = layer.Layer,
            SecondMoment = 1,
            Similarity = 0.5,
            PredictedSimilarity = 0.5,
            LowestDeviation = Math.Exp(-0.195996),
            HighestDeviation = Math.Exp(0.195996),
            LowestGradientNorm = 0.1 * Math.Exp(-0.195996),
            HighestGradientNorm = 0.1 * Math.Exp(0.195996),
        })],
    };
}
