using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>The gradient's way back over the hidden layers: ‖∂L/∂z‖ of the first against the last.</summary>
/// <param name="First">Of the first hidden layer.</param>
/// <param name="Last">Of the last hidden layer.</param>
/// <param name="IsPredicted">True below an output layer of zeros, where nothing can be measured in the first step and theory stands in.</param>
internal readonly record struct GradientProfile(double First, double Last, bool IsPredicted)
{
    /// <summary>First over last; NaN where no gradient reaches the last hidden layer.</summary>
    public double Ratio => First / Last;

    /// <summary>In residual blocks the way back is the stream's, past the normalizations: ∂L/∂z of one layer has only what comes through the branch after it.</summary>
    public static GradientProfile Of(ReportContext context)
        => context.HasZeroHead
            ? new GradientProfile(context.PredictedGradientRatio, 1, true)
            : context.BranchDepth > 0
            ? new GradientProfile(NormOfSums(context, 0), NormOfSums(context, context.HiddenLayers - 1), false)
            : new GradientProfile(context.Layers[0].PreActivationGradientNorm, context.Layers[context.HiddenLayers - 1].PreActivationGradientNorm, false);

    static double NormOfSums(ReportContext context, int layer)
    {
        LayerProbe probe = context.Probe.Layers[layer];
        return SignificantDigits.Round(FixedOrderSums.Norm(probe.SumGradients!.Span, context.Probe.Rows, probe.Units, probe.Stride));
    }
}
