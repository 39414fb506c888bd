using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>One mini-batch: gather, forward, loss, backward, update. Allocates nothing after construction.</summary>
internal sealed unsafe class TrainingStep
{
    /// <summary>Floats that one thread updates at a time: parameters, gradient and two averages of it fit the second-level cache.</summary>
    const int UpdateChunk = 32_768;

    readonly record struct Segment(long Offset, int Length, float RateMultiplier, float WeightDecay);

    readonly BatchGatherer _gatherer;
    readonly NetworkPass _pass;
    readonly LossKernel _loss;
    readonly OptimizerKernel _optimizer;
    readonly WorkerPool _pool;
    readonly AlignedBuffer _parameters, _gradients;
    readonly AlignedBuffer? _state1, _state2;
    readonly Segment[] _segments;
    readonly Action<int> _updateSegment;

    /// <param name="rateMultipliers">One a tensor, from input to output: weights, then biases, layer by layer.</param>
    /// <param name="weightDecay">Of the weights; biases have none.</param>
    public TrainingStep(FeedForwardNetwork network, BatchGatherer gatherer, TrainingOptions options, PassKernels kernels, IReadOnlyList<float> rateMultipliers, float weightDecay)
    {
        _gatherer = gatherer;
        _pool = kernels.Pool;
        _parameters = network.Parameters;
        _gradients = new AlignedBuffer(_parameters.Length);
        _pass = new NetworkPass(network, options.BatchSize, kernels, _gradients);
        _loss = options.Loss.CreateKernel(kernels.Level);
        _optimizer = options.Optimizer.CreateKernel(kernels.Level);
        _state1 = options.Optimizer.StateCount > 0 ? new AlignedBuffer(_parameters.Length) : null;
        _state2 = options.Optimizer.StateCount > 1 ? new AlignedBuffer(_parameters.Length) : null;
        _segments = Segments(network.Layout, rateMultipliers, weightDecay);
        _updateSegment = UpdateSegment;
    }

    public NetworkPass Pass => _pass;

    /// <summary>Sum of weight · loss over the rows, before the update.</summary>
    public double Run(ReadOnlySpan<int> rows, float learningRate)
    {
        double loss = Forward(_gatherer, rows, withGradient: true);
        if (!double.IsFinite(loss))
            return loss;
        _pass.Backward();
        _optimizer.BeginStep(learningRate);
        if (_pool.Threads > 1 && _parameters.Length >= 2 * UpdateChunk)
        {
            _pool.Run(_segments.Length, _updateSegment);
        }
        else
        {
            for (int segment = 0; segment < _segments.Length; segment++)
                UpdateSegment(segment);
        }
        return loss;
    }

    /// <summary>Sum of weight · loss over any number of rows, with the weights as they are.</summary>
    /// <param name="gatherer">Whose rows: the training set's, or a validation set's.</param>
    public double Evaluate(BatchGatherer gatherer, ReadOnlySpan<int> rows)
    {
        double sum = 0;
        for (int first = 0; first < rows.Length; first += _pass.Capacity)
            sum += Forward(gatherer, rows[first..Math.Min(rows.Length, first + _pass.Capacity)], withGradient: false);
        return sum;
    }

    double Forward(BatchGatherer gatherer, ReadOnlySpan<int> rows, bool withGradient)
    {
        gatherer.Gather(rows, _pass.Input.Pointer, _pass.InputStride);
        _pass.Forward(rows.Length);
        LayerPass last = _pass.Last;
        return _loss.Evaluate(last.Output.Pointer, rows.Length, last.Layout.Outputs, last.Stride, gatherer.Targets, gatherer.TargetColumns, gatherer.Weights,
            1f / rows.Length, withGradient ? last.Gradient.Pointer : null);
    }

    void UpdateSegment(int index)
    {
        Segment segment = _segments[index];
        _optimizer.Update(_parameters.Pointer + segment.Offset, _gradients.Pointer + segment.Offset,
            _state1 is null ? null : _state1.Pointer + segment.Offset, _state2 is null ? null : _state2.Pointer + segment.Offset,
            segment.Length, segment.RateMultiplier, segment.WeightDecay);
    }

    static Segment[] Segments(NetworkLayout layout, IReadOnlyList<float> rateMultipliers, float weightDecay)
    {
        var segments = new List<Segment>();
        for (int i = 0; i < layout.Layers.Count; i++)
        {
            LayerLayout layer = layout.Layers[i];
            for (long done = 0; done < layer.WeightLength; done += UpdateChunk)
                segments.Add(new Segment(layer.WeightOffset + done, (int)Math.Min(UpdateChunk, layer.WeightLength - done), rateMultipliers[2 * i], weightDecay));
            segments.Add(new Segment(layer.BiasOffset, layer.BiasLength, rateMultipliers[2 * i + 1], 0));
        }
        return [.. segments];
    }
}
