using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Reads one layer's figures off a probe.</summary>
internal static class LayerMeasurement
{
    public static LayerStatistics Measure(LayerProbe layer, int rows, bool isOutput, ActivationCurve curve, WeightMoments weights, MeanFieldLayer predicted, double predictedGradientNorm, GaussianQuadrature quadrature)
    {
        PooledMoments preActivations = Pool(layer.PreActivations.Span, rows, layer.Units, layer.Stride);
        PooledMoments outputs = isOutput ? preActivations : Pool(layer.Activations.Span, rows, layer.Units, layer.Stride);
        (double zeroShare, double saturatedShare) = CountOutputs(isOutput ? layer.PreActivations.Span : layer.Activations.Span, rows, layer.Units, layer.Stride, SaturationBounds.Of(layer.Activation));
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
            ZeroFraction = SignificantDigits.Round(zeroShare),
            SaturatedFraction = SignificantDigits.Round(saturatedShare),
            DeadFraction = SignificantDigits.Round(isOutput ? 0 : DeadShare(layer, rows, curve)),
            PredictedDeadFraction = SignificantDigits.Round(isOutput ? 0 : DeadUnitPrediction.Share(quadrature, curve, preActivations.Variance, preActivations.VarianceOfUnitMeans, rows)),
            PreActivationGradientNorm = SignificantDigits.Round(FixedOrderSums.Norm(layer.PreActivationGradients.Span, rows, layer.Units, layer.Stride)),
            PredictedGradientNorm = SignificantDigits.Round(predictedGradientNorm),
            WeightGradientNorm = SignificantDigits.Round(Math.Sqrt(FixedOrderSums.SumAndSquares(layer.WeightGradients.Span).SquaredSum)),
            WeightDeviation = SignificantDigits.Round(Math.Sqrt(weights.Variance)),
            IdenticalFraction = SignificantDigits.Round(isOutput ? 0 : IdenticalUnits.IdenticalShare(layer, rows)),
            ParallelFraction = SignificantDigits.Round(IdenticalUnits.ParallelShare(layer)),
        };
    }

    /// <summary>Moments over rows and units together, and how far units' own means lie apart.</summary>
    readonly record struct PooledMoments(double Mean, double Variance, double VarianceOfUnitMeans);

    static PooledMoments Pool(ReadOnlySpan<float> block, int rows, int units, int stride)
    {
        var unitSums = new double[units];
        double sum = 0, squaredSum = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> values = block.Slice(row * stride, units);
            (double rowSum, double rowSquares) = FixedOrderSums.SumAndSquares(values);
            sum += rowSum;
            squaredSum += rowSquares;
            for (int unit = 0; unit < unitSums.Length; unit++)
                unitSums[unit] += values[unit];
        }
        (double mean, double variance) = FixedOrderSums.MeanAndVariance(sum, squaredSum, (long)rows * units);
        double between = 0;
        foreach (double unitSum in unitSums)
            between += (unitSum / rows - mean) * (unitSum / rows - mean);
        return new PooledMoments(mean, variance, between / units);
    }

    static (double ZeroShare, double SaturatedShare) CountOutputs(ReadOnlySpan<float> outputs, int rows, int units, int stride, SaturationBounds bounds)
    {
        int zeros = 0, saturated = 0;
        for (int row = 0; row < rows; row++)
            foreach (float output in outputs.Slice(row * stride, units))
            {
                zeros += output == 0 ? 1 : 0;
                saturated += bounds.Contains(output) ? 1 : 0;
            }
        double count = (double)rows * units;
        return (zeros / count, saturated / count);
    }

    static double DeadShare(LayerProbe layer, int rows, ActivationCurve curve)
    {
        float[] values = new float[layer.Units], slopes = new float[layer.Units];
        var alive = new bool[layer.Units];
        ReadOnlySpan<float> preActivations = layer.PreActivations.Span;
        for (int row = 0; row < rows; row++)
        {
            curve.Evaluate(preActivations.Slice(row * layer.Stride, layer.Units), values, slopes);
            for (int unit = 0; unit < alive.Length; unit++)
                alive[unit] |= slopes[unit] != 0;
        }
        return (double)alive.Count(isAlive => !isAlive) / layer.Units;
    }
}
