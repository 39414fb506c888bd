namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>What a vanishing signal or gradient means for the optimizer that was asked for.</summary>
/// <remarks>
/// Measured on 30 ReLU layers of 64: Xavier stalls under SGD and learns under Adam (a loss of 1.25 against He's 1.2), while PyTorch's default and Normal(0.01) stay
/// dead under both. What parts them is the size of ∂L/∂W: an
/// optimizer that divides by it makes full steps until it falls to the epsilon that guards the division.
/// </remarks>
internal static class OptimizerJudgement
{
    /// <summary>Adam's usual epsilon; and what SGD at a rate of 1 needs to change the last bit of a weight of 0.1: 0.1 · 2⁻²⁴ is 6e-9.</summary>
    const double SmallestUsefulGradient = 1e-8;

    /// <summary>2⁻¹²⁶: below it a running average is flushed to 0 and has no sign.</summary>
    const double SmallestSign = 1.1754943508222875e-38;

    /// <summary>The severity, and the end of the sentence that explains it.</summary>
    public static (Severity Severity, string Consequence) OfVanishing(ReportContext context)
    {
        // Below an output layer of zeros only that layer has a gradient to measure, and it moves first.
        double element = context.WeightGradientElement(context.HasZeroHead ? context.Layers.Count - 1 : 0);
        string name = context.Training.Name;
        (bool divides, double epsilon) = (context.Training.DividesBySize, context.Training.Epsilon);
        if (element < (divides && epsilon == 0 ? SmallestSign : Math.Max(SmallestUsefulGradient, epsilon)))
            return (Severity.Error, divides && element < epsilon
                ? $"a weight's gradient of {NumberText.Format(element)} is below {name}'s epsilon of {NumberText.Format(epsilon)}, which leaves its steps {NumberText.Percent(element / (element + epsilon))} of the learning rate"
                : $"a weight's gradient of {NumberText.Format(element)} is too small for {name} to move it");
        return context.Training.DividesBySize
            ? (Severity.Note, $"{name} divides gradients by their size and mends this")
            : (Severity.Warning, $"{name} steps in proportion to the gradient and will stall");
    }
}
