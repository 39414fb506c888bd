using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>What the gradient's way back owes to the way forward having gone through the same weights: the mean-field prediction takes them for others.</summary>
/// <remarks>
/// <para>For one row: of z = W h the weights W are known along h, so that Wᵀδ is h (z·δ) / h² and what other weights, independent of z, make of δ. The loss's gradient by the outputs f points along f, since f decides it; so Wᵀδ
/// points along h by more than the 1 / n of chance. That part isn't halved by ReLU's mask, which keeps h whole, and finds itself again in each layer below, since φ′(z)·z makes the next product z·δ: with β the share of the squared
/// norm along h beyond 1 / n, and κ = (z·δ)² / (q δ²),</para>
/// <code>
/// growth ·= 1 + β (E φ² φ′² / (E φ² E φ′²) − 1)                      through the derivatives
/// κ − 1 = β n (d ln E φ² / d ln q)² E φ² / (q E φ′²) + 2 d ln E φ′² / d ln q
/// β = (κ − 1) / n,   growth ·= 1 + β                                 through the weights; orthogonal ones keep the norm as it is
/// </code>
/// <para>All to first order in 1 / n: over L layers of ReLU 1 + 2 β L of the squared norm, which at ten classes under a head of He's deviation is the double after ten layers of 32 units.</para>
/// </remarks>
internal static class GradientAlignment
{
    /// <summary>E of the squared norm over the prediction, and the share of it that came from h in this layer, with no chance but that of h.</summary>
    internal readonly record struct Step(double Growth, double Added);

    /// <summary>κ of the output layer as measured: Σ (f·δ)² / (q Σ δ²) over rows, with f less its biases. 1 for gradients that know nothing of f.</summary>
    /// <param name="predicted">q, and the weights' share of it.</param>
    public static double AtOutput(LayerProbe output, SimilarityLayer predicted, int rows)
    {
        ReadOnlySpan<float> outputs = output.PreActivations.Span, gradients = output.PreActivationGradients.Span;
        double squaredProducts = 0, squaredNorm = 0;
        for (int row = 0; row < rows; row++)
        {
            double product = 0;
            for (int unit = 0; unit < output.Units; unit++)
            {
                double gradient = gradients[row * output.Stride + unit];
                product += (outputs[row * output.Stride + unit] - (double)output.Biases[unit]) * gradient;
                squaredNorm += gradient * gradient;
            }
            squaredProducts += product * product;
        }
        double alignment = squaredProducts / (squaredNorm * predicted.WeightShare * predicted.Variance);
        return double.IsFinite(alignment) ? alignment : 1;
    }

    /// <param name="areOrthogonal">For each layer's weights.</param>
    /// <param name="alignment">κ of the output layer.</param>
    /// <param name="logLengths">Mean of ln (q / predicted) of each layer: where lengths are mostly below their mean, the same f·δ is more of a layer's gradient.</param>
    /// <returns>One a hidden layer.</returns>
    public static Step[] Of(IReadOnlyList<LayerProbe> layers, IReadOnlyList<SimilarityLayer> similarities, bool[] areOrthogonal, double alignment, IReadOnlyList<double> logLengths)
    {
        var steps = new Step[layers.Count - 1];
        // Of (κ − 1) · growth: how much of the outputs' arrives, and what comes from φ′ on the way.
        double growth = 1, arrived = 1, ofSlopes = 0;
        for (int index = steps.Length - 1; index >= 0; index--)
        {
            SimilarityLayer layer = similarities[index];
            CorrelatedMoments output = layer.Output!;
            double units = layers[index].Units, gained = areOrthogonal[index + 1] ? Math.Max(0, 1 - units / layers[index + 1].Units) : 1;
            double derivatives = output.SquareAndSquaredSlope / (output.SquaredValue * output.SquaredSlope) - 1, along = arrived * (alignment * ScalarMath.Exp(-logLengths[index + 1]) - 1) / units;
            growth = Math.Max(Least, growth + (along + ofSlopes / units) * (gained + derivatives));
            // Weights that keep the norm take from the rest what they turn towards h.
            steps[index] = new Step(growth, Math.Clamp(along * (1 + derivatives) / growth, 0, 1));
            double rate = output.SquaredValueRates.First, carried = layer.WeightShare * rate * rate * output.SquaredValue / (layer.Variance * output.SquaredSlope);
            arrived *= carried;
            ofSlopes = carried * ofSlopes + layer.WeightShare * 2 * output.SquaredSlopeRates.First * growth;
        }
        return steps;
    }

    /// <summary>Where layers of a few units leave the first order.</summary>
    const double Least = 0.1;
}
