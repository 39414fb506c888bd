using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>What of a training a remedy can't change, or is to.</summary>
/// <param name="HasLearningRate">False for L-BFGS, whose steps a line search finds.</param>
/// <param name="HasFixedLayers">Whether hidden layers are in residual blocks or mirror one another, so that others of any number can't take their place.</param>
/// <param name="Dropout">Share of units that are dropped; 0 for none.</param>
internal sealed record TrainingTraits(bool HasLearningRate, bool HasFixedLayers, float Dropout)
{
    public static readonly TrainingTraits Usual = new(HasLearningRate: true, HasFixedLayers: false, Dropout: 0);

    public static TrainingTraits Of(TrainingOptions options) => new(!options.Optimizer.IsFullBatch, options.Residual is not null || options.TiedWeights, options.Dropout?.Rate ?? 0);
}
