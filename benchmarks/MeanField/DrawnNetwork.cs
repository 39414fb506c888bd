using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MeanField;

/// <summary>One network whose weights are drawn again and again: the report's measurement and theory of them, without the report.</summary>
sealed class DrawnNetwork : IDisposable
{
    readonly TrainingOptions _options;
    readonly FeedForwardNetwork _network;
    readonly InitializationPlan _plan;
    readonly ProbeBatch _probe;
    readonly WorkerPool _pool = new(1);
    readonly KernelCurve _curve;
    readonly (double Sum, double SquaredSum)[] _rows;

    public DrawnNetwork(TrainingSet data, TrainingOptions options)
    {
        _options = options;
        var layout = new NetworkLayout(data.FeatureCount, options.HiddenLayers, options.Activation.Specification, options.Outputs);
        _network = new FeedForwardNetwork(layout, options.Task, AffineScale.None, AffineScale.None);
        int[] rows = [.. Enumerable.Range(0, data.Rows)];
        float[] prior = options.Loss.PriorBias(data, rows, options.Task, options.Outputs, AffineScale.None);
        _plan = PlanExecution.Build([.. layout.Layers.Select(layer => (layer.Inputs, layer.Outputs, layer.Activation))], options.Init, options.OutputInit, options.BiasInit,
            FeatureStatistics.SecondMoment(data, rows, AffineScale.None, InputEncoding.Plain, 0), prior, options.Optimizer.Name, options.Resolve);
        PassKernels kernels = PassKernels.Create(options.Simd, _pool);
        _probe = new ProbeBatch(_network, new BatchGatherer(data, AffineScale.None, AffineScale.None, 1, kernels.Rows, data.Rows), rows, options, kernels);
        _curve = new KernelCurve(options.Activation, options.Simd);
        _rows = _probe.RowSums();
    }

    /// <summary>Distances of ln of the mean squares from the middle of their bands, in standard deviations: of the pre-activations of all layers, and of the gradients of the hidden ones.</summary>
    public (double[] Signals, double[] Gradients) Draw(long seed)
    {
        for (int i = 0; i < _network.DenseLayers.Count; i++)
        {
            _network.DenseLayers[i].SetWeights(PlanExecution.Fill(_plan.Tensors[2 * i], seed));
            _network.DenseLayers[i].SetBiases(PlanExecution.Fill(_plan.Tensors[2 * i + 1], seed));
        }
        NetworkProbe probe = _probe.Measure();
        WeightMoments[] moments = [.. probe.Layers.Select(layer => WeightMoments.Of(layer.Weights, layer.Biases))];
        MeanFieldLayer[] predictions = MeanFieldRecursion.Predict(probe.Layers, moments, _curve, _rows);
        SimilarityLayer[] similarities = SimilarityRecursion.Predict(probe.Layers, moments, _curve, _rows, probe.Similarity, null);
        int last = probe.Layers.Count - 1;
        LayerProbe output = probe.Layers[last];
        double outputNorm = FixedOrderSums.Norm(output.PreActivationGradients.Span, probe.Rows, output.Units, output.Stride);
        double[] norms = MeanFieldRecursion.PredictGradientNorms(probe.Layers, moments, predictions, outputNorm);
        bool[] areOrthogonal = [.. probe.Layers.Select(layer => OrthogonalWeights.Are(layer.Weights, layer.Units, layer.Inputs))];
        var fluctuations = new WidthFluctuations(probe.Layers, similarities, _curve, areOrthogonal, ProbeRows.Of(_rows, probe.Layers[0].Inputs, probe.Similarity!.LengthSpread), null);
        (Fluctuation[] forward, Fluctuation[] backward) = fluctuations.Predict(OutputGradients.Of(probe.Layers, similarities, probe.Similarity, probe.Rows));
        double[] signals = new double[last + 1], gradients = new double[last];
        for (int index = 0; index <= last; index++)
        {
            LayerProbe layer = probe.Layers[index];
            double sum = 0, squares = 0;
            for (int row = 0; row < probe.Rows; row++)
            {
                (double rowSum, double rowSquares) = FixedOrderSums.SumAndSquares(layer.PreActivations.Span.Slice(row * layer.Stride, layer.Units));
                (sum, squares) = (sum + rowSum, squares + rowSquares);
            }
            double variance = FixedOrderSums.MeanAndVariance(sum, squares, (long)probe.Rows * layer.Units).Variance;
            signals[index] = (Math.Log(variance / (predictions[index].Deviation * predictions[index].Deviation)) - forward[index].Mean) / Math.Sqrt(forward[index].Variance);
            if (index < last)
                gradients[index] = (2 * Math.Log(FixedOrderSums.Norm(layer.PreActivationGradients.Span, probe.Rows, layer.Units, layer.Stride) / norms[index]) - backward[index].Mean) / Math.Sqrt(backward[index].Variance);
        }
        return (signals, gradients);
    }

    public void Dispose() => _pool.Dispose();
}
