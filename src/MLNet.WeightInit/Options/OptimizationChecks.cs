namespace MLNet.WeightInit;

/// <summary>The ranges of the options in NeuralNetOptions.Optimization.cs; what a name means is checked where it is read.</summary>
internal static class OptimizationChecks
{
    /// <exception cref="ArgumentNullException">A name is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static void Check(NeuralNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.Schedule);
    }
}
