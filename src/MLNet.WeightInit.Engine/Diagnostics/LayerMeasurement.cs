using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Reads one layer's figures off a probe.</summary>
internal static class LayerMeasurement
{
    public static LayerStatistics Measure(LayerProbe layer, int rows, bool isOutput, ActivationCurve curve, WeightMoments weights,
        MeanFieldLayer predicted, double predictedGradientNorm, GaussianQuadrature quadrature)
    {
        (double Mean, double Variance) preActivations = Pool(layer.PreActivations.Span, rows, layer.Units, layer.Stride);
        (double Mean, double Variance) outputs = isOutput ? preActivations : Pool(layer.Activations.Span, rows, layer.Units, layer.Stride);
        ReadOnlySpan<float> block = isOutput ? layer.PreActivations.Span : layer.Activations.Span;
        ActivationShares shares = ActivationShares.Of(layer.PreActivations.Span, block, rows, layer.Units, layer.Stride, isOutput, SaturationBounds.Of(layer.Activation), curve);
        return new LayerStatistics
        {
            Layer = layer.Name,
            Activation = layer.Activation,
            Inputs = layer.Inputs,
            Outputs = layer.Units,
            PreActivationMean = SignificantDigits.Round(preActivations.Mean),
            PreActivationDeviation = SignificantDigits.Round(Math.Sqrt(preActivations.Variance)),
            PredictedDeviation = SignificantDigits.Round(predicted.Deviation),
            OutputMean = SignificantDigits.Round(outputs.Mean),
            OutputDeviation = SignificantDigits.Round(Math.Sqrt(outputs.Variance)),
            ZeroFraction = SignificantDigits.Round(shares.Zero),
            SaturatedFraction = SignificantDigits.Round(shares.Saturated),
            DeadFraction = SignificantDigits.Round(shares.Dead),
            PredictedDeadFraction = SignificantDigits.Round(isOutput ? 0 : DeadUnitPrediction.Share(quadrature, curve, preActivations.Variance, RowCorrelation(layer, rows), rows)),
            PreActivationGradientNorm = SignificantDigits.Round(FixedOrderSums.Norm(layer.PreActivationGradients.Span, rows, layer.Units, layer.Stride)),
            PredictedGradientNorm = SignificantDigits.Round(predictedGradientNorm),
            WeightGradientNorm = SignificantDigits.Round(Math.Sqrt(FixedOrderSums.SumAndSquares(layer.WeightGradients.Span).SquaredSum)),
            WeightDeviation = SignificantDigits.Round(Math.Sqrt(weights.Variance)),
            IdenticalFraction = SignificantDigits.Round(isOutput ? 0 : IdenticalUnits.IdenticalShare(layer, rows)),
            ParallelFraction = SignificantDigits.Round(IdenticalUnits.ParallelShare(layer)),
        };
    }

    /// <summary>Moments over rows and units together.</summary>
    static (double Mean, double Variance) Pool(ReadOnlySpan<float> block, int rows, int units, int stride)
    {
        double sum = 0, squaredSum = 0;
        for (int row = 0; row < rows; row++)
        {
            (double rowSum, double rowSquares) = FixedOrderSums.SumAndSquares(block.Slice(row * stride, units));
            sum += rowSum;
            squaredSum += rowSquares;
        }
        return FixedOrderSums.MeanAndVariance(sum, squaredSum, (long)rows * units);
    }

    /// <summary>How alike two rows are to this layer: the mean correlation over units of their pre-activations. From 0 to 1.</summary>
    /// <remarks>Each row is scaled to size 1 first, since a longer row has the same signs. Then the share of the variance that lies between units' means is the
    /// correlation, after the 1 / rows that independent rows give.</remarks>
    static double RowCorrelation(LayerProbe layer, int rows)
    {
        ReadOnlySpan<float> block = layer.PreActivations.Span;
        var unitSums = new double[layer.Units];
        double sum = 0, squaredSum = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> values = block.Slice(row * layer.Stride, layer.Units);
            (double rowSum, double rowSquares) = FixedOrderSums.SumAndSquares(values);
            if (!(rowSquares > 0))
                continue;
            double scale = Math.Sqrt(layer.Units / rowSquares);
            sum += rowSum * scale;
            squaredSum += layer.Units;
            for (int unit = 0; unit < unitSums.Length; unit++)
                unitSums[unit] += values[unit] * scale;
        }
        (double mean, double variance) = FixedOrderSums.MeanAndVariance(sum, squaredSum, (long)rows * layer.Units);
        double between = 0;
        foreach (double unitSum in unitSums)
            between += (unitSum / rows - mean) * (unitSum / rows - mean);
        double noise = 1.0 / rows, share = between / layer.Units / variance;
        return rows > 1 && share > noise ? Math.Min(1, (share - noise) / (1 - noise)) : 0;
    }
}
