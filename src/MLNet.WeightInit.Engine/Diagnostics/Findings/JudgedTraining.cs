using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>What a judgement of a whole training needs to know of it: little, so that it can be kept until the training is over.</summary>
/// <param name="StartFigures">As <see cref="Trainability.StartFigures"/> has them.</param>
/// <param name="Forecast">Null where the rule doesn't know its kind.</param>
/// <param name="InitialLoss">Of the probe.</param>
/// <param name="Initializers">Specifications in use.</param>
internal sealed record JudgedTraining(IReadOnlyList<double> StartFigures, TrainabilityForecast? Forecast, double InitialLoss, float LearningRate, int HiddenLayers, int Epochs, bool IsStandardized, bool IsNormalized, IReadOnlyList<string> Initializers)
{
    /// <summary>Features that are the same in all training rows; null where nobody looked.</summary>
    public ConstantFeatures? Constants { get; init; }

    /// <summary>False for L-BFGS, whose steps a line search finds.</summary>
    public bool HasLearningRate { get; init; } = true;

    /// <summary>Whether hidden layers are in residual blocks or mirror one another, so that others of any number can't take their place.</summary>
    public bool HasFixedLayers { get; init; }

    /// <summary>Share of units that are dropped; 0 for none.</summary>
    public float Dropout { get; init; }

    /// <summary>Share of the label that features tell.</summary>
    public double LabelShare => Trainability.StartFigures.LabelShare(StartFigures);

    public static JudgedTraining Of(ReportContext context) => new(context.StartFigures, context.Forecast, context.Probe.Loss, context.LearningRate, context.HiddenLayers, context.Epochs, context.IsStandardized, context.Probe.Layers[0].IsNormalized, context.Initializers)
    {
        Constants = context.Constants,
        HasLearningRate = context.HasLearningRate,
        HasFixedLayers = context.HasFixedLayers,
        Dropout = context.Dropout,
    };

    public static JudgedTraining Of(InitializationReport report, TrainingOptions options, int epochs)
        => new(report.StartFigures, report.Forecast, report.InitialLoss, report.LearningRate, report.Layers.Count - 1, epochs, options.Standardize, options.Normalization != Normalization.None, [options.Init.Specification])
        {
            HasLearningRate = !options.Optimizer.IsFullBatch,
            HasFixedLayers = options.Residual is not null || options.TiedWeights,
            Dropout = options.Dropout?.Rate ?? 0,
        };
}
