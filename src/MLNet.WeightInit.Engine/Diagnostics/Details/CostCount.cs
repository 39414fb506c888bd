using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>Counts operations and bytes; measures nothing.</summary>
internal static class CostCount
{

    public static InitializationCost Of(FeedForwardNetwork network, NetworkProbe probe, TrainingOptions options, int calibrationPasses, long trainingRows)
    {
        // Of sparse rows the first layer reads the features that are there.
        double first = probe.SparseInputs is { } sparse ? (double)sparse.Count / Math.Max(1, probe.Rows) * probe.Layers[0].Units : (double)probe.Layers[0].Inputs * probe.Layers[0].Units, weights = first, inputGradients = 0, signals = network.Layout.Inputs;
        foreach (LayerProbe layer in probe.Layers)
        {
            if (layer != probe.Layers[0])
                (weights, inputGradients) = (weights + (double)layer.Inputs * layer.Units, inputGradients + (double)layer.Inputs * layer.Units);
            signals += layer.Units;
        }
        double thereAndBack = 2 * weights + 2 * weights + 2 * inputGradients, bytes = 4.0 * network.Parameters.Length;
        return new InitializationCost
        {
            CalibrationPasses = calibrationPasses,
            CalibrationOperations = SignificantDigits.Round(2 * weights * probe.Rows * calibrationPasses),
            MeasurementOperations = SignificantDigits.Round(thereAndBack * probe.Rows + probe.Layers.Sum(Spectrum)),
            OperationsAnEpoch = SignificantDigits.Round(thereAndBack * trainingRows),
            ParameterBytes = (long)bytes,
            TrainingBytes = (long)(bytes * (2 + options.Optimizer.StateCount) + 8 * signals * options.BatchSize),
        };
    }

    /// <summary>Of an exact spectrum's reflections: 8/3 n³ for a square (Golub and Van Loan 2013, section 5.4.8).</summary>
    static double Spectrum(LayerProbe layer)
    {
        double small = Math.Min(layer.Inputs, layer.Units), large = Math.Max(layer.Inputs, layer.Units);
        return SpectrumMeasurement.IsExact(layer.Units, layer.Inputs) ? 4 * small * small * large - 4 * small * small * small / 3 : 256 * small * large;
    }
}
