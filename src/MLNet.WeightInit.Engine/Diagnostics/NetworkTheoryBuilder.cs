using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Makes the report's <see cref="NetworkTheory"/>: one quadrature a layer, products of at most 128 rows, and some forty quadratures for the fixed point.</summary>
internal static class NetworkTheoryBuilder
{
    /// <summary>Schoenholz et al. 2017, section 5: networks train down to about this many times the depth scale.</summary>
    const double TrainableDepths = 6;

    /// <summary>L ln slope from which no band is given for gradients: a deviation of ln q grows by e^½ on the way, E φ′² goes with it, and the first order in 1/n holds 83 % of draws of ten GELU layers (docs/benchmarks/mean-field-coverage.md).</summary>
    const double MostDrift = 0.5;

    /// <summary>The same of the layers before one from which no band is given for its signals: a band of the 13th of thirty GELU layers holds 93 % of draws, of the last 61 %.</summary>
    const double MostSignalDrift = 1;

    /// <summary>First order in 1 / n: a gradient that goes back through fewer units has other bands (docs/benchmarks/mean-field.md has them from 16 on).</summary>
    const int FewestUnitsForGradients = 16;

    /// <param name="layers">Measured and predicted by <see cref="MeanFieldRecursion"/>.</param>
    /// <param name="rows">Σ x and Σ x² of each row, as the network saw it.</param>
    /// <param name="gradientRatio">‖∂L/∂z‖ of the first hidden layer over the last's, by theory.</param>
    public static NetworkTheory Build(
        NetworkProbe probe, IReadOnlyList<LayerStatistics> layers, IReadOnlyList<WeightMoments> moments, ActivationCurve curve, (double Sum, double SquaredSum)[] rows, double gradientRatio, Dropout? dropout)
    {
        int hidden = probe.Layers.Count - 1;
        SimilarityLayer[] similarities = SimilarityRecursion.Predict(probe.Layers, moments, curve, rows, probe.Similarity, dropout);
        DepthScales scales = DepthScales.Of(probe.Layers, moments, curve, similarities, gradientRatio, dropout);
        (Fluctuation[] forward, Fluctuation[] backward) = Fluctuations(probe, similarities, curve, rows, dropout);
        double drift = scales.StabilitySlope > 1 ? ScalarMath.Log(scales.StabilitySlope) : 0;
        if (hidden * drift > MostDrift)
            Array.Fill(backward, Fluctuation.Unknown, 0, hidden);
        for (int index = 0; index <= hidden; index++)
            forward[index] = index * drift > MostSignalDrift ? Fluctuation.Unknown : forward[index];
        for (int index = 0; index < hidden; index++)
            if (Enumerable.Range(index, hidden - index).Any(later => probe.Layers[later].Units < FewestUnitsForGradients))
                backward[index] = Fluctuation.Unknown;
        double inverseWidth = 0;
        for (int index = 0; index < hidden; index++)
            inverseWidth += 1.0 / probe.Layers[index].Units;
        double shortest = double.IsNaN(scales.SimilarityDepth) ? scales.GradientDepth : Math.Min(scales.SimilarityDepth, scales.GradientDepth);
        return new NetworkTheory
        {
            FixedPoint = SignificantDigits.Round(scales.FixedPoint),
            GradientGrowth = SignificantDigits.Round(scales.GradientGrowth),
            StabilitySlope = SignificantDigits.Round(scales.StabilitySlope),
            SimilarityFixedPoint = SignificantDigits.Round(scales.SimilarityFixedPoint),
            SimilarityDepth = SignificantDigits.Round(scales.SimilarityDepth),
            GradientDepth = SignificantDigits.Round(scales.GradientDepth),
            VarianceDepth = SignificantDigits.Round(scales.VarianceDepth),
            DepthShare = SignificantDigits.Round(hidden / (TrainableDepths * shortest)),
            InverseWidth = SignificantDigits.Round(inverseWidth),
            EffectiveRank = hidden == 0 ? double.NaN : SignificantDigits.Round(EffectiveRank(probe.Layers[hidden - 1], probe.Similarity)),
            Layers = [.. Enumerable.Range(0, hidden + 1).Select(index => Layer(probe.Layers[index], probe.Similarity, similarities[index], layers[index], forward[index], backward[index]))],
        };
    }

    static LayerTheory Layer(LayerProbe layer, RowSimilarity? rows, SimilarityLayer similarity, LayerStatistics statistics, Fluctuation forward, Fluctuation backward)
    {
        (double lowest, double highest) = forward.Band(statistics.PredictedDeviation);
        (double lowestNorm, double highestNorm) = backward.Band(statistics.PredictedGradientNorm);
        return new LayerTheory
        {
            Layer = layer.Name,
            SecondMoment = SignificantDigits.Round(similarity.Variance + similarity.Mean * similarity.Mean),
            Similarity = rows is null ? double.NaN : Math.Round(RowSimilarity.Mean(layer.PreActivations.Span, layer.Units, layer.Stride, rows.Rows), 12),
            PredictedSimilarity = Math.Round(similarity.Similarity, 12),
            LowestDeviation = SignificantDigits.Round(lowest),
            HighestDeviation = SignificantDigits.Round(highest),
            LowestGradientNorm = SignificantDigits.Round(lowestNorm),
            HighestGradientNorm = SignificantDigits.Round(highestNorm),
        };
    }

    /// <summary>The output layer's gradient is where the backward prediction starts: nothing is left to chance there.</summary>
    static (Fluctuation[] Forward, Fluctuation[] Backward) Fluctuations(NetworkProbe probe, SimilarityLayer[] similarities, ActivationCurve curve, (double Sum, double SquaredSum)[] rows, Dropout? dropout)
    {
        int last = probe.Layers.Count - 1;
        if (similarities.Any(layer => !(layer.Variance > 0) || !double.IsFinite(layer.Variance)))
            return Unknown(last + 1);
        bool[] areOrthogonal = [.. probe.Layers.Select(layer => OrthogonalWeights.Are(layer.Weights, layer.Units, layer.Inputs))];
        var fluctuations = new WidthFluctuations(probe.Layers, similarities, curve, areOrthogonal, ProbeRows.Of(rows, probe.Layers[0].Inputs, probe.Similarity?.LengthSpread ?? 1), dropout);
        if (!fluctuations.AreKnown)
            return Unknown(last + 1);
        (Fluctuation[] forward, Fluctuation[] backward) = fluctuations.Predict(OutputGradients.Of(probe.Layers, similarities, probe.Similarity!, probe.Rows));
        backward[last] = new Fluctuation(0, 0);
        return (forward, backward);

        static (Fluctuation[], Fluctuation[]) Unknown(int layers) => ([.. Enumerable.Repeat(Fluctuation.Unknown, layers)], [.. Enumerable.Repeat(Fluctuation.Unknown, layers)]);
    }

    /// <summary>(tr G)² / tr G² for the products G of rows less their mean.</summary>
    static double EffectiveRank(LayerProbe layer, RowSimilarity? rows)
    {
        if (rows is null)
            return double.NaN;
        var mean = new double[layer.Units];
        foreach (int row in rows.Rows)
            for (int unit = 0; unit < mean.Length; unit++)
                mean[unit] += layer.PreActivations.Span[row * layer.Stride + unit] / (double)rows.Rows.Length;
        double[][] centred = [.. rows.Rows.Select(row =>
        {
            var values = new double[layer.Units];
            for (int unit = 0; unit < values.Length; unit++)
                values[unit] = layer.PreActivations.Span[row * layer.Stride + unit] - mean[unit];
            return values;
        })];
        double trace = 0, squares = 0;
        for (int a = 0; a < centred.Length; a++)
            for (int b = 0; b <= a; b++)
            {
                double product = DoubleVectors.Dot(centred[a], centred[b]);
                squares += (a == b ? 1 : 2) * product * product;
                trace += a == b ? product : 0;
            }
        return trace * trace / squares;
    }
}
