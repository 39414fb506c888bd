using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>What theory says of one layer's pre-activations over pairs of rows.</summary>
/// <param name="Mean">Of the pre-activations, over draws of the weights.</param>
/// <param name="Variance">About it, pooled over rows.</param>
/// <param name="Correlations">Between two rows' pre-activations, by groups of pairs; empty where no rows were compared.</param>
/// <param name="WeightShare">Share of the variance that the weights bring; biases and a residual stream bring the rest.</param>
/// <param name="Output">Moments of the activation at these; null for the output layer.</param>
internal sealed record SimilarityLayer(double Mean, double Variance, double[] Correlations, double WeightShare, CorrelatedMoments? Output)
{
    /// <summary>The mean cosine between two rows' pre-activations; NaN where no rows were compared.</summary>
    public double Similarity => Correlations.Length == 0 ? double.NaN : MeanOverPairs(correlation => correlation * Variance + Mean * Mean) / (Variance + Mean * Mean);

    public double MeanOverPairs(Func<double, double> function)
    {
        double sum = 0;
        foreach (double correlation in Correlations)
            sum += function(correlation);
        return sum / Correlations.Length;
    }
}

/// <summary>Runs the rows' own angles through the layers, for independent weights and wide layers.</summary>
/// <remarks>
/// The c-map of Poole et al. 2016, eq. 5: q(l+1) c(l+1) = fan_in · Var W · E φ(z₁) φ(z₂) + Var b, with the pooled variance of <see cref="MeanFieldRecursion"/>'s rows in place of each row's own. The map is convex, so it isn't the
/// mean angle that is run through it, but sixteen groups of pairs that have all pairs' mean square. Normalization over a row's units keeps correlations; over the batch's rows it takes their mean away. A residual block adds covariances
/// (Yang and Schoenholz 2017), dropout keeps them and adds to variances.
/// </remarks>
internal static class SimilarityRecursion
{
    public static SimilarityLayer[] Predict(IReadOnlyList<LayerProbe> layers, IReadOnlyList<WeightMoments> moments, ActivationCurve curve, (double Sum, double SquaredSum)[] rows, RowSimilarity? similarity, Dropout? dropout)
    {
        var predictions = new SimilarityLayer[layers.Count];
        double sum = 0, squaredSum = 0, noise = 0;
        foreach ((double rowSum, double rowSquares) in rows)
        {
            sum += rowSum / rows.Length;
            squaredSum += rowSquares / rows.Length;
        }
        double[] products = [.. (similarity?.Cosines ?? []).Select(cosine => cosine * squaredSum)], stream = new double[products.Length];
        double streamMean = 0, streamVariance = 0;
        for (int index = 0; index < layers.Count; index++)
        {
            LayerProbe layer = layers[index];
            WeightMoments weights = moments[index];
            double mean = weights.Mean * sum + weights.BiasMean, ofWeights = weights.Variance * squaredSum + weights.Mean * weights.Mean * noise, variance = ofWeights + weights.BiasVariance;
            double[] covariances = [.. products.Select(product => weights.Variance * product + weights.BiasVariance)];
            if (layer.Residual is ResidualPlace.Stem or ResidualPlace.End)
            {
                for (int pair = 0; pair < stream.Length; pair++)
                    covariances[pair] = stream[pair] += covariances[pair];
                (mean, variance) = (streamMean, streamVariance) = (streamMean + mean, streamVariance + variance);
            }
            double share = variance > 0 ? ofWeights / variance : 1;
            double[] correlations = [.. covariances.Select(covariance => variance > 0 ? Math.Clamp(covariance / variance, -1, 1) : 1)];
            if (layer.IsNormalized)
                (mean, variance) = Normalize(layer, variance, correlations, rows.Length);
            CorrelatedMoments? output = index == layers.Count - 1 ? null : CorrelatedMoments.Of(curve, mean, Math.Sqrt(variance));
            predictions[index] = new SimilarityLayer(mean, variance, correlations, share, output);
            if (output is null)
                break;
            (sum, squaredSum, noise) = (layer.Units * output.Value, layer.Units * output.SquaredValue, 0);
            double kept = dropout is null ? 1 : dropout.Scale * (1 - (double)dropout.Rate);
            (sum, squaredSum, noise) = dropout?.Moments(sum, squaredSum, layer.Units) ?? (sum, squaredSum, noise);
            products = [.. correlations.Select(correlation => layer.Units * kept * kept * output.ProductOfValues(correlation))];
        }
        return predictions;
    }

    static (double Mean, double Variance) Normalize(LayerProbe layer, double variance, double[] correlations, int rows)
    {
        double squaredScale = layer.NormalizationScale * layer.NormalizationScale;
        if (!double.IsFinite(layer.InverseVariance))
            return (0, squaredScale * variance / (variance + NormalizationKernel.Epsilon));
        // The mean over all pairs, each row with itself among them, becomes 0.
        double sum = 0;
        foreach (double correlation in correlations)
            sum += correlation;
        double common = (1 + (rows - 1) * (correlations.Length > 0 ? sum / correlations.Length : 0)) / rows;
        for (int pair = 0; pair < correlations.Length; pair++)
            correlations[pair] = common < 1 ? (correlations[pair] - common) / (1 - common) : 1;
        return (0, squaredScale * Math.Max(0, 1 - BatchNormalizationKernel.Epsilon * layer.InverseVariance));
    }
}
