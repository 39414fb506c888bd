using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>Measures what only <see cref="DiagnosticsLevel.Full"/> asks for. A pure function of data, options and seed.</summary>
internal sealed class DetailStudy
{
    readonly FeedForwardNetwork _network;
    readonly NetworkProbe _probe;
    readonly TrainingOptions _options;
    readonly PassKernels _kernels;

    DetailStudy(FeedForwardNetwork network, NetworkProbe probe, TrainingOptions options, PassKernels kernels) => (_network, _probe, _options, _kernels) = (network, probe, options, kernels);

    /// <param name="probe">Of the network as it is.</param>
    /// <param name="calibrationPasses">Passes forward over the probe's rows before.</param>
    /// <param name="trainingRows">How many there are in all.</param>
    /// <returns>Null below <see cref="DiagnosticsLevel.Full"/>.</returns>
    public static InitializationDetails? Measure(FeedForwardNetwork network, NetworkProbe probe, TrainingOptions options, PassKernels kernels, int calibrationPasses, long trainingRows)
    {
        if (options.Diagnostics != DiagnosticsLevel.Full)
            return null;
        var study = new DetailStudy(network, probe, options, kernels);
        var halves = new HalfSamples(probe.Rows, options.Seed);
        var layers = new LayerDetails[probe.Layers.Count];
        kernels.Pool.Run(layers.Length, index => layers[index] = study.Layer(index, halves));         // one a chunk: no sum crosses layers
        return new InitializationDetails
        {
            Layers = layers,
            Cost = CostCount.Of(network, probe, options, calibrationPasses, trainingRows),
        };
    }

    LayerDetails Layer(int index, HalfSamples halves)
    {
        LayerProbe layer = _probe.Layers[index];
        (double Sum, double Squares, long Count)[] values = halves.Sums(layer.PreActivations.Span, layer.Units, layer.Stride), gradients = halves.Sums(layer.PreActivationGradients.Span, layer.Units, layer.Stride);
        double sum = 0, squares = 0;
        foreach ((double groupSum, double groupSquares, _) in values)
            (sum, squares) = (sum + groupSum, squares + groupSquares);
        long count = (long)_probe.Rows * layer.Units;
        (double mean, double variance) = FixedOrderSums.MeanAndVariance(sum, squares, count);
        return new LayerDetails
        {
            Layer = layer.Name,
            Spectrum = SpectrumMeasurement.Of(layer.Weights, Gradient(layer, _network.Layout.Layers[index]), layer.Units, layer.Inputs),
            WeightKurtosis = SignificantDigits.Round(Kurtosis(layer.Weights)),
            Deviation = halves.Interval(values, (halfSum, halfSquares, halfCount) => Math.Sqrt(FixedOrderSums.MeanAndVariance(halfSum, halfSquares, halfCount).Variance)),
            GradientNorm = halves.Interval(gradients, (_, halfSquares, halfCount) => Math.Sqrt(halfSquares * ((double)count / halfCount))),
            Histogram = LayerHistogram.Of(layer.PreActivations.Span, _probe.Rows, layer.Units, layer.Stride, mean, Math.Sqrt(variance)),
        };
    }

    static float[] Gradient(LayerProbe layer, LayerLayout layout)
    {
        var gradient = new float[layer.Units * layer.Inputs];
        if (layout.IsByInput)
            Panels.UnpackByInput(layer.WeightGradients.Span, layer.Inputs, layer.Units, gradient);
        else
            Panels.Unpack(layer.WeightGradients.Span, layer.Inputs, layer.Units, gradient);
        return gradient;
    }

    /// <summary>Of the values themselves, not an estimate for others. NaN where all are equal.</summary>
    public static double Kurtosis(ReadOnlySpan<float> values)
    {
        (double mean, double variance) = FixedOrderSums.MeanAndVariance(values);
        double fourth = 0;
        foreach (float value in values)
        {
            double square = (value - mean) * (value - mean);
            fourth += square * square;
        }
        return variance > 0 ? fourth / values.Length / (variance * variance) : double.NaN;
    }
}
