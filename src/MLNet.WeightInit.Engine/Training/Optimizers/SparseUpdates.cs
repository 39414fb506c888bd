namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Whether a step may leave the first layer's weights of features that its batch hasn't as they are.</summary>
/// <remarks>
/// Lazy updates, as of PyTorch's <c>SparseAdam</c> and TensorFlow's <c>LazyAdam</c>: averages, step and decay of a weight wait until a batch has its feature. Dense updates would go on moving it by old averages and decay,
/// and read and write every weight in each step. Where an option is about all weights at once, they are made: the mathematics stay those of dense rows.
/// </remarks>
internal static class SparseUpdates
{
    public static bool AreLazy(TrainingOptions options) => WhyDense(options) is null;

    /// <summary>The option that needs all weights in each step; null where none does.</summary>
    public static string? WhyDense(TrainingOptions options) => options switch
    {
        { Optimizer.IsFullBatch: true } => $"the optimizer {options.Optimizer.Name} takes each step over all weights",
        { Optimizer.HasTrustRatio: true } => $"the optimizer {options.Optimizer.Name} looks at the norm of all weights",
        { TiedWeights: true } => "tied weights have a gradient from the output too",
        { WeightNormalization: true } => "weight normalization looks at all weights of a unit",
        { GradientClipping.IsByNorm: true } => "clipping by norm looks at the gradient of all weights",
        { L1: > 0 } => "L1 regularization pulls all weights",
        { MaxNorm: not null } => "max-norm looks at all weights of a unit",
        { EmaDecay: not null } => "the average takes in all weights",
        _ => null,
    };
}
