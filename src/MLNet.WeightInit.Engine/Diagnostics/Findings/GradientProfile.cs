namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>The gradient's way back over the hidden layers: ‖∂L/∂z‖ of the first against the last.</summary>
/// <param name="First">Of the first hidden layer.</param>
/// <param name="Last">Of the last hidden layer.</param>
/// <param name="IsPredicted">True below an output layer of zeros, where nothing can be measured in the first step and theory stands in.</param>
internal readonly record struct GradientProfile(double First, double Last, bool IsPredicted)
{
    /// <summary>First over last; NaN where no gradient reaches the last hidden layer.</summary>
    public double Ratio => First / Last;

    public static GradientProfile Of(ReportContext context)
        => context.HasZeroHead
            ? new GradientProfile(context.PredictedGradientRatio, 1, true)
            : new GradientProfile(context.Layers[0].PreActivationGradientNorm, context.Layers[context.HiddenLayers - 1].PreActivationGradientNorm, false);
}
