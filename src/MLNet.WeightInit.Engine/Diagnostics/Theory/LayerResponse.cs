using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>What a layer makes of a chance deviation of ln q: of ln q of the next one, and of ln E φ′².</summary>
/// <remarks>A normal x of variance V is replaced by its mean ± √V, each at one half, which has its moments to the third: E F(x) is the mean of F at the two, and the slope that counts for variances is that of the line through them
/// (statistical linearization). Where networks end in another regime than they began in, as GELU's without biases do, tangents miss by the double.</remarks>
internal sealed class LayerResponse(ActivationCurve curve, IReadOnlyList<SimilarityLayer> similarities)
{
    /// <summary>Below it single precision shows in differences: the second derivative is taken from this far and scaled.</summary>
    const double SmallestStep = 0.05;

    readonly GaussianQuadrature _quadrature = new();

    /// <param name="Slope">By ln q.</param>
    /// <param name="Mean">Expected, over that of no deviation.</param>
    internal readonly record struct Rate(double Slope, double Mean);

    /// <param name="state">Of ln q of this layer.</param>
    /// <param name="share">Of the next layer's variance that weights bring.</param>
    public (Rate Square, Rate SquaredSlope) To(int index, Fluctuation state, double share)
    {
        CorrelatedMoments output = similarities[index].Output!;
        double step = Math.Max(SmallestStep, Math.Sqrt(state.Variance));
        (double Square, double SquaredSlope) above = At(index, state.Mean + step, share), below = At(index, state.Mean - step, share);
        return (Between(above.Square, below.Square, share * output.SquaredValueRates.First), Between(above.SquaredSlope, below.SquaredSlope, output.SquaredSlopeRates.First));

        Rate Between(double above, double below, double tangent)
        {
            double slope = (above - below) / (2 * step), middle = tangent * state.Mean;
            if (!double.IsFinite(slope))
                return new Rate(tangent, middle);
            return step > SmallestStep ? new Rate(slope, (above + below) / 2) : new Rate(slope, middle + ((above + below) / 2 - middle) * state.Variance / (step * step));
        }
    }

    (double Square, double SquaredSlope) At(int index, double deviation, double share)
    {
        SimilarityLayer layer = similarities[index];
        // A mean that weights bring goes with the length of what they meet.
        double scale = ScalarMath.Exp(deviation / 2), mean = layer.Mean * (1 - layer.WeightShare + layer.WeightShare * scale);
        GaussianMoments at = _quadrature.Moments(curve, mean, Math.Sqrt(layer.Variance) * scale);
        return (ScalarMath.Log(share * at.SquaredValue / layer.Output!.SquaredValue + 1 - share), ScalarMath.Log(at.SquaredSlope / layer.Output.SquaredSlope));
    }
}
