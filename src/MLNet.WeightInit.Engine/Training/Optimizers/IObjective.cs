namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>A function of many numbers with its gradient, to be minimized as a whole.</summary>
internal interface IObjective
{
    /// <param name="point">Where; is rounded to the place that the value is really of, where numbers are kept in fewer bits.</param>
    /// <param name="gradient">Takes the gradient; what it holds where the value is not finite does not matter.</param>
    /// <param name="value">Need not be finite.</param>
    /// <returns>False where the evaluation was broken off and the minimization shall be too.</returns>
    bool TryEvaluate(Span<double> point, Span<double> gradient, out double value);
}
