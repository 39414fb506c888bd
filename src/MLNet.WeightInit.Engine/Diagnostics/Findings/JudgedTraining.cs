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

    /// <summary>Of the best constant, on the training rows; NaN where unknown.</summary>
    public double PriorLoss { get; init; } = double.NaN;

    /// <summary>The rate that trials found; null where none were made, and where none is better than the options' own.</summary>
    public MeasuredRate? Proposed { get; init; }

    /// <summary>What remedies may change.</summary>
    public TrainingTraits Traits { get; init; } = TrainingTraits.Usual;

    /// <summary>Share of the label that features tell.</summary>
    public double LabelShare => Trainability.StartFigures.LabelShare(StartFigures);

    public static JudgedTraining Of(ReportContext context) => new(context.StartFigures, context.Forecast, context.Probe.Loss, context.LearningRate, context.HiddenLayers, context.Epochs, context.IsStandardized, context.Probe.Layers[0].IsNormalized, context.Initializers)
    {
        Constants = context.Constants,
        PriorLoss = context.PriorLoss,
        Proposed = context.ProposedRate,
        Traits = context.Traits,
    };

    public static JudgedTraining Of(InitializationReport report, TrainingOptions options, int epochs)
        => new(report.StartFigures, report.Forecast, report.InitialLoss, report.LearningRate, report.Layers.Count - 1, epochs, options.Standardize, options.Normalization != Normalization.None, [options.Init.Specification])
        {
            PriorLoss = report.PriorLoss,
            Proposed = MeasuredRate.Of(report.LearningRateAdvice, report.LearningRate),
            Traits = TrainingTraits.Of(options),
        };
}
