using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>Counts operations and bytes; measures nothing.</summary>
internal static class CostCount
{
    public static InitializationCost Of(FeedForwardNetwork network, NetworkProbe probe, TrainingOptions options, int calibrationPasses, long trainingRows)
    {
        (double forward, double thereAndBack) = OfRow(probe);
        double signals = network.Layout.Inputs + probe.Layers.Sum(layer => (double)layer.Units), bytes = 4.0 * network.Parameters.Length;
        return new InitializationCost
        {
            CalibrationPasses = calibrationPasses,
            CalibrationOperations = SignificantDigits.Round(forward * probe.Rows * calibrationPasses),
            MeasurementOperations = SignificantDigits.Round(thereAndBack * probe.Rows + probe.Layers.Sum(Spectrum)),
            OperationsAnEpoch = SignificantDigits.Round(thereAndBack * trainingRows),
            ParameterBytes = (long)bytes,
            TrainingBytes = (long)(bytes * (2 + options.Optimizer.StateCount) + 8 * signals * options.BatchSize),
        };
    }

    /// <summary>With what was measured beside the probe and the spectra: gradients of microbatches, three of the quotient, the tangent kernel's ways back and products, and the Jacobian's products.</summary>
    public static InitializationCost With(InitializationDetails details, NetworkProbe probe)
    {
        (double forward, double thereAndBack) = OfRow(probe);
        double operations = details.Cost.MeasurementOperations;
        if (details.Noise is not null)
            operations += thereAndBack * probe.Rows;
        if (!double.IsNaN(details.GradientQuotient))
            operations += 3 * thereAndBack * probe.Rows;
        if (details.Kernel is { } kernel)
            operations += kernel.Rows * (forward + Math.Min(probe.Layers[^1].Units, TangentKernelMeasurement.MostOutputs) * (thereAndBack - forward + kernel.Rows * probe.Layers.Sum(layer => (double)layer.Units)));
        if (details.Jacobian is { } jacobian)
            operations += 2.0 * jacobian.Rows * (jacobian.IsExact ? probe.Layers[0].Units : JacobianMeasurement.Probes * 4) * probe.Layers.SkipLast(1).Skip(1).Sum(layer => (double)layer.Inputs * layer.Units);
        return details.Cost with { MeasurementOperations = SignificantDigits.Round(operations) };
    }

    /// <summary>Forward; and there and back, where ∂L/∂W and the inputs' gradient take as many operations each. Of sparse rows the first layer reads the features that are there.</summary>
    static (double Forward, double ThereAndBack) OfRow(NetworkProbe probe)
    {
        double inputs = probe.SparseInputs is { } sparse ? (double)sparse.Count / Math.Max(1, probe.Rows) : probe.Layers[0].Inputs;
        double first = inputs * probe.Layers[0].Units, others = probe.Layers.Skip(1).Sum(layer => (double)layer.Inputs * layer.Units);
        return (2 * (first + others), 4 * first + 6 * others);
    }

    /// <summary>Of an exact spectrum's reflections: 8/3 n³ for a square (Golub and Van Loan 2013, section 5.4.8).</summary>
    static double Spectrum(LayerProbe layer)
    {
        double small = Math.Min(layer.Inputs, layer.Units), large = Math.Max(layer.Inputs, layer.Units);
        return SpectrumMeasurement.IsExact(layer.Units, layer.Inputs) ? 4 * small * small * large - 4 * small * small * small / 3 : 256 * small * large;
    }
}
