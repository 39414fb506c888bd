using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit;

/// <summary>An optimizer that takes all rows at once minimizes one smooth function: what changes from step to step, or cuts a step short, has no place in it.</summary>
internal static class FullBatchChecks
{
    /// <exception cref="ArgumentOutOfRangeException">Such an optimizer was asked for together with an option that it can't have.</exception>
    public static void Check(NeuralNetOptions options, Optimizer optimizer, bool hasConstantRate)
    {
        if (!optimizer.IsFullBatch)
            return;
        Require(options.Dropout == 0, nameof(options.Dropout), options.Dropout, "dropout makes another function of each step: set it to 0");
        Require(hasConstantRate, nameof(options.Schedule), options.Schedule, "its line search finds the length of each step: leave the schedule \"Constant\"");
        Require(options.GradientClipping is null, nameof(options.GradientClipping), options.GradientClipping, "the line search holds steps that are too long: leave it null");
        Require(options.MaxNorm is null, nameof(options.MaxNorm), options.MaxNorm, "weights that are scaled back after a step make its line search meaningless: leave it null, and raise WeightDecay");
        Require(options.L1Regularization == 0, nameof(options.L1Regularization), options.L1Regularization, "λ Σ |w| has a kink where weights shall end: set it to 0, and use WeightDecay");
        Require(options.EmaDecay is null, nameof(options.EmaDecay), options.EmaDecay, "its steps have no noise to average: leave it null");
        Require(!options.WeightNormalization, nameof(options.WeightNormalization), options.WeightNormalization, "its steps do not hang on the weights' size: set it to false");
        Require(options.ResolveNormalization() != Normalization.Batch, nameof(options.Normalization), options.Normalization, "the statistics of a batch make another function of each: take \"layer\", or none");
        Require(!options.TiedWeights, nameof(options.TiedWeights), options.TiedWeights, "it moves every weight for itself: set it to false");
        Require(options.RangeTest is null, nameof(options.Optimizer), options.Optimizer, "it has no learning rate to find: train with it, or search with Adam");

        void Require(bool holds, string option, object? found, string why)
        {
            if (!holds)
                throw new ArgumentOutOfRangeException(option, found, $"The optimizer {optimizer.Name} can't have this: {why}; or take another optimizer, Adam for example.");
        }
    }
}
