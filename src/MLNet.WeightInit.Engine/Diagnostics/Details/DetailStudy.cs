using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>Measures what only <see cref="DiagnosticsLevel.Full"/> asks for. A pure function of data, options and seed.</summary>
internal sealed class DetailStudy
{
    readonly FeedForwardNetwork _network;
    readonly NetworkProbe _probe;

    DetailStudy(FeedForwardNetwork network, NetworkProbe probe) => (_network, _probe) = (network, probe);

    /// <param name="probe">Of the network as it is.</param>
    /// <param name="rows">Of the probe.</param>
    /// <param name="calibrationPasses">Passes forward over the probe's rows before.</param>
    /// <param name="trainingRows">How many there are in all.</param>
    /// <returns>Null below <see cref="DiagnosticsLevel.Full"/>.</returns>
    public static InitializationDetails? Measure(FeedForwardNetwork network, NetworkProbe probe, BatchGatherer gatherer, int[] rows, TrainingOptions options, PassKernels kernels, int calibrationPasses, long trainingRows)
    {
        if (options.Diagnostics != DiagnosticsLevel.Full)
            return null;
        var study = new DetailStudy(network, probe);
        var halves = new HalfSamples(probe.Rows, options.Seed);
        var layers = new LayerDetails[probe.Layers.Count];
        kernels.Pool.Run(layers.Length, index =>               // one a chunk: no sum crosses layers
        {
            options.CheckCancelled();
            layers[index] = study.Layer(index, halves);
        });
        bool isSmall = network.Parameters.Length <= RateStudy.MostParameters;
        TrainingOptions judged = options.Optimizer.IsFullBatch ? options with { BatchSize = (int)Math.Min(trainingRows, int.MaxValue) } : options;
        var details = new InitializationDetails
        {
            Layers = layers,
            Jacobian = JacobianMeasurement.Measure([.. probe.Layers.SkipLast(1)], probe.Rows, () => new KernelCurve(options.Activation, options.Simd), options.Seed, kernels.Pool),
            Kernel = isSmall ? TangentKernelMeasurement.Measure(network, probe, gatherer, rows, kernels, options.Seed) : null,
            Noise = isSmall ? GradientStudy.Noise(network, gatherer, rows, judged, kernels) : null,
            GradientQuotient = isSmall ? GradientStudy.Quotient(network, gatherer, rows, options, kernels) : double.NaN,
            Cost = CostCount.Of(network, probe, options, calibrationPasses, trainingRows),
        };
        return details with { Cost = CostCount.With(details, probe) };
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
            NearZeroFraction = SignificantDigits.Round(NearZero(layer.PreActivations.Span, _probe.Rows, layer.Units, layer.Stride)),
            Histogram = LayerHistogram.Of(layer.PreActivations.Span, _probe.Rows, layer.Units, layer.Stride, mean, Math.Sqrt(variance)),
        };
    }

    static double NearZero(ReadOnlySpan<float> block, int rows, int units, int stride)
    {
        const float Middle = 0.1f;
        long near = 0;
        for (int row = 0; row < rows; row++)
            foreach (float value in block.Slice(row * stride, units))
                near += Math.Abs(value) < Middle ? 1 : 0;
        return (double)near / ((long)rows * units);
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
