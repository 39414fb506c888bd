namespace MLNet.WeightInit;

/// <summary>One of the first steps.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Loss">Mean loss of the step's batch before the step; of an L-BFGS iteration that of all rows where it ended.</param>
/// <param name="GradientNorm">Euclidean norm of the gradient of that loss by all that is trained, before clipping, decay and L1; of L-BFGS where the iteration ended, with decay. <see cref="double.NaN"/> where the loss isn't finite.</param>
public sealed record EarlyStep(int Step, double Loss, double GradientNorm);
