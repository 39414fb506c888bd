using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>Predicts each layer's pre-activations from the features and from the weights' moments, for independent weights and wide layers.</summary>
/// <remarks>
/// Poole et al. 2016, eq. 3: q(l+1) = fan_in · Var W · E φ(√q(l) z)² + Var b, with the measured Var W in place of σw²/fan_in, and with a mean of its own where
/// weights or biases have one.
/// It takes E φ², not Var φ: a sigmoid's mean of ½ is part of the next layer's variance. The first layer needs no φ: q = Var W · Σ x² is exact for each row. Rows
/// of different length stay
/// different where φ isn't homogeneous, so the recursion runs for eight groups of rows of like length, and pools at the end.
/// Where a residual block ends, mean and variance of the sums are added to those of the stream: the branch's weights are independent of it (Yang and Schoenholz 2017, section 3).
/// </remarks>
internal static class MeanFieldRecursion
{
    const int Groups = 8;

    /// <param name="layers">Fans, biases and weights, from the first hidden layer to the output.</param>
    /// <param name="moments">Of each layer's weights and biases.</param>
    /// <param name="curve">The activation between layers.</param>
    /// <param name="rows">Σ x and Σ x² of each row, as the network saw it.</param>
    /// <param name="dropout">Between hidden layers and the next ones, as the probe had it; null: none.</param>
    public static MeanFieldLayer[] Predict(IReadOnlyList<LayerProbe> layers, IReadOnlyList<WeightMoments> moments, ActivationCurve curve, (double Sum, double SquaredSum)[] rows, Dropout? dropout = null)
    {
        var predictions = new MeanFieldLayer[layers.Count];
        RowGroup[] groups = GroupRows(rows);
        var streams = new (double Mean, double Variance)[groups.Length];
        var quadrature = new GaussianQuadrature();
        for (int index = 0; index < layers.Count; index++)
        {
            WeightMoments weights = moments[index];
            bool isOutput = index == layers.Count - 1;
            double share = 0, mean = 0, square = 0, squaredSlope = 0, squaredNormalization = 0;
            for (int g = 0; g < groups.Length; g++)
            {
                ref RowGroup group = ref groups[g];
                double groupMean = weights.Mean * group.Sum + weights.BiasMean;
                double groupVariance = weights.Variance * group.SquaredSum + weights.Mean * weights.Mean * group.Noise + weights.BiasVariance;
                if (layers[index].Residual is ResidualPlace.Stem or ResidualPlace.End)
                    (groupMean, groupVariance) = streams[g] = (streams[g].Mean + groupMean, streams[g].Variance + groupVariance);
                double squaredScale = layers[index].NormalizationScale * layers[index].NormalizationScale;
                if (double.IsFinite(layers[index].InverseVariance))
                {
                    // Each unit has mean 0 and variance 1 over the rows. How far its rows lie apart before that hangs on how alike they are, and is measured as that is elsewhere.
                    (groupMean, groupVariance) = (0, squaredScale * Math.Max(0, 1 - BatchNormalizationKernel.Epsilon * layers[index].InverseVariance));
                    squaredNormalization += group.Share * squaredScale * layers[index].InverseVariance * Math.Max(0, 1 - 2.0 / rows.Length);
                }
                else if (layers[index].IsNormalized)
                {
                    // The mean over a row's units is taken away whatever it is; the gradient loses what lies along two of the units' directions, and is divided by the deviation.
                    double inverse = squaredScale / (groupVariance + NormalizationKernel.Epsilon);
                    (groupMean, groupVariance) = (0, groupVariance * inverse);
                    squaredNormalization += group.Share * inverse * (1 - 2.0 / layers[index].Units);
                }
                share += group.Share;
                mean += group.Share * groupMean;
                square += group.Share * (groupVariance + groupMean * groupMean);
                if (isOutput)
                    continue;
                GaussianMoments output = quadrature.Moments(curve, groupMean, Math.Sqrt(groupVariance));
                squaredSlope += group.Share * output.SquaredSlope;
                (double Sum, double SquaredSum, double Noise) passed = (layers[index].Units * output.Value, layers[index].Units * output.SquaredValue, 0);
                passed = dropout?.Moments(passed.Sum, passed.SquaredSum, layers[index].Units) ?? passed;
                group = new RowGroup(group.Share, passed.Sum, passed.SquaredSum, passed.Noise);
            }
            mean /= share;
            predictions[index] = new MeanFieldLayer(Math.Sqrt(Math.Max(0, square / share - mean * mean)), isOutput ? 1 : squaredSlope / share, layers[index].IsNormalized ? squaredNormalization / share : 1);
        }
        return predictions;
    }

    /// <summary>Norms of ∂L/∂z backwards from the output's: ‖δ(l)‖² = units · E φ′² · E W(l+1)² · ‖δ(l+1)‖² (Schoenholz et al. 2017, eq. 16).</summary>
    public static double[] PredictGradientNorms(
        IReadOnlyList<LayerProbe> layers, IReadOnlyList<WeightMoments> moments, IReadOnlyList<MeanFieldLayer> predictions, double outputNorm, Dropout? dropout = null)
    {
        if (layers[0].Residual != ResidualPlace.None)
            return ResidualGradients.Norms(layers, outputNorm, index => SquaredGradientGrowth(layers, moments, predictions, index, dropout), predictions);
        var norms = new double[layers.Count];
        norms[^1] = outputNorm;
        for (int index = layers.Count - 2; index >= 0; index--)
            norms[index] = norms[index + 1] * Math.Sqrt(SquaredGradientGrowth(layers, moments, predictions, index, dropout));
        return norms;
    }

    /// <summary>‖∂L/∂z‖ of the first hidden layer over the last's; 1 for fewer than two hidden layers.</summary>
    public static double GradientRatio(IReadOnlyList<LayerProbe> layers, IReadOnlyList<WeightMoments> moments, IReadOnlyList<MeanFieldLayer> predictions, Dropout? dropout = null)
    {
        if (layers[0].Residual != ResidualPlace.None)
            return ResidualGradients.StreamRatio(layers, index => SquaredGradientGrowth(layers, moments, predictions, index, dropout), predictions);
        // The last hidden layer's own slope belongs to the step from the output, the first's to this way.
        double ratio = 1;
        for (int index = layers.Count - 3; index >= 0; index--)
            ratio *= Math.Sqrt(SquaredGradientGrowth(layers, moments, predictions, index, dropout));
        return ratio;
    }

    /// <summary>‖∂L/∂z‖² of a layer over that of the next one's, or in residual blocks, where more than one way leads back, over that of the next one's sums.</summary>
    static double SquaredGradientGrowth(IReadOnlyList<LayerProbe> layers, IReadOnlyList<WeightMoments> moments, IReadOnlyList<MeanFieldLayer> predictions, int index, Dropout? dropout)
    {
        WeightMoments next = moments[index + 1];
        double growth = layers[index].Units * predictions[index].SquaredSlope * (next.Variance + next.Mean * next.Mean) * (dropout?.SquaredSlope ?? 1);
        return layers[0].Residual != ResidualPlace.None ? growth : growth * predictions[index + 1].SquaredNormalization;
    }

    /// <summary>Variance of ln Σ x² among rows of one group, whose lengths the recursion takes for one.</summary>
    public static double VarianceWithinGroups((double Sum, double SquaredSum)[] rows)
    {
        double[] lengths = [.. rows.Select(row => row.SquaredSum)];
        Array.Sort(lengths);
        int groups = Math.Min(Groups, rows.Length);
        double variance = 0;
        for (int g = 0; g < groups; g++)
        {
            int first = (int)((long)rows.Length * g / groups), end = (int)((long)rows.Length * (g + 1) / groups);
            double sum = 0, squares = 0;
            for (int i = first; i < end; i++)
                (sum, squares) = (sum + lengths[i], squares + lengths[i] * lengths[i]);
            double mean = sum / (end - first);
            variance += mean > 0 ? Math.Max(0, squares / (mean * mean) - (end - first)) : 0;
        }
        return variance / rows.Length;
    }

    static RowGroup[] GroupRows((double Sum, double SquaredSum)[] rows)
    {
        var order = new int[rows.Length];
        for (int row = 0; row < rows.Length; row++)
            order[row] = row;
        Array.Sort(order, (left, right) => rows[left].SquaredSum.CompareTo(rows[right].SquaredSum) is var compared and not 0 ? compared : left.CompareTo(right));

        var groups = new RowGroup[Math.Min(Groups, rows.Length)];
        for (int g = 0; g < groups.Length; g++)
        {
            int first = (int)((long)rows.Length * g / groups.Length), end = (int)((long)rows.Length * (g + 1) / groups.Length);
            double sum = 0, squaredSum = 0;
            for (int i = first; i < end; i++)
            {
                sum += rows[order[i]].Sum;
                squaredSum += rows[order[i]].SquaredSum;
            }
            groups[g] = new RowGroup(end - first, sum / (end - first), squaredSum / (end - first));
        }
        return groups;
    }

    /// <summary>Rows of like length. Sum and SquaredSum: Σ h and Σ h² over the units that feed the next layer, after dropout; Noise: the part of SquaredSum that is dropout's variance.</summary>
    readonly record struct RowGroup(double Share, double Sum, double SquaredSum, double Noise = 0);
}
