namespace MLNet.WeightInit;

/// <summary>The ranges of the options in NeuralNetOptions.Optimization.cs; what a name means is checked where it is read.</summary>
internal static class OptimizationChecks
{
    /// <exception cref="ArgumentNullException">A name is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static void Check(NeuralNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.Schedule);
        OptionChecks.Require(options.L1Regularization >= 0 && float.IsFinite(options.L1Regularization), nameof(options.L1Regularization), options.L1Regularization,
            "The L1 regularization must be at least 0 and finite. 0, the default, is none.");
        OptionChecks.Require(options.MaxNorm is not { } norm || norm > 0 && float.IsFinite(norm), nameof(options.MaxNorm), options.MaxNorm,
            "The longest norm of a unit's weights must be above 0 and finite, for example 3. null sets no limit.");
        OptionChecks.Require(options.EmaDecay is null or (> 0 and < 1), nameof(options.EmaDecay), options.EmaDecay,
            "The decay of the weights' moving average must be above 0 and below 1, for example 0.999. null averages nothing.");
    }
}
