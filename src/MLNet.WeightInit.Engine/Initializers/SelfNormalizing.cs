using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>What SELU needs to keep mean 0 and variance 1: LeCun-normal weights and zero biases, with advice where the rest of the network doesn't fit.</summary>
/// <remarks>
/// Klambauer et al. 2017, section 2: (0, 1) is SELU's fixed point for independent weights of variance 1 / fan-in, standardized features, and alpha-dropout where there is dropout. He and Glorot break it. Gradients grow
/// √1.0716-fold a layer all the same.
/// </remarks>
public sealed class SelfNormalizing : InitializationRecipe
{
    static readonly VarianceScaling s_weights = VarianceScaling.LeCun();
    static readonly Zeros s_biases = new();

    /// <inheritdoc/>
    public override string Name => "selu";

    /// <inheritdoc/>
    protected override WeightInitializer Choose(in WeightShape shape) => shape.Role == TensorRole.Bias ? s_biases : s_weights;

    /// <inheritdoc/>
    protected override string? Reason(in WeightShape shape)
    {
        if (shape.Role != TensorRole.Hidden)
            return null;
        string reason = string.Create(CultureInfo.InvariantCulture, $"SELU has mean 0 and variance 1 as its fixed point for Var W = 1 / fan-in: σ = {s_weights.TargetDeviation(shape):G3} for fan-in {shape.FanIn} (Klambauer et al. 2017).");
        if (SpecificationText.Normalize(ActivationTraits.Of(shape.Activation).Name) != "selu")
            reason += $" But {shape.Activation} follows: set Activation = \"SELU\", or take auto.";
        if (shape.InputDropout > 0)
            reason += " Plain dropout moves the fixed point: use alpha-dropout.";
        if (shape.IsNormalized)
            reason += " With a normalization it isn't needed.";
        return reason;
    }
}
