using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Checkpoints;
using MLNet.WeightInit.Engine.Training.Losses;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>One mini-batch: gather, forward, loss, backward, and each part of the parameters updated as soon as its gradient is there, or all of them after the last where the options need the whole gradient. Allocates nothing after construction.</summary>
internal sealed unsafe class TrainingStep
{
    readonly BatchGatherer _gatherer;
    readonly NetworkPass _pass;
    readonly LossKernel _loss;
    readonly DropoutPass? _dropout;
    readonly OptimizerKernel? _optimizer;
    readonly AlignedBuffer? _state1, _state2;
    readonly TiedWeights? _tied;
    readonly DeferredUpdate? _deferred;
    readonly WeightNormalization? _weightNormalization;
    readonly MaxNorm? _maxNorm;
    readonly AlignedBuffer _gradients;
    readonly SparseInput? _sparse;
    readonly GradientSquares? _squares, _received;
    readonly Loss _lossOfRows;
    readonly WorkerPool _pool;
    readonly bool _sharesWork;
    ThreadChoice _threads = new(WorkerPool.TicksPerSecond);

    /// <param name="rateMultipliers">One a tensor, from input to output: weights, then biases, layer by layer; then one a table of embeddings.</param>
    /// <param name="weightDecay">Of the weights; biases have none.</param>
    public TrainingStep(FeedForwardNetwork network, BatchGatherer gatherer, TrainingOptions options, PassKernels kernels, IReadOnlyList<float> rateMultipliers, float weightDecay)
    {
        _gatherer = gatherer;
        _pool = kernels.Pool;
        long length = options.WeightNormalization ? WeightNormalization.LengthWithGains(network) : network.Parameters.Length;
        AlignedBuffer gradients = _gradients = new AlignedBuffer(length);
        _dropout = options.DropoutPass(kernels.Level);
        _sparse = gatherer.Data.IsSparse ? new SparseInput(kernels.Level, gatherer.Data.FeatureCount, isLazy: network.Layout.Layers[0].IsByInput) : null;
        _pass = new NetworkPass(network, options.BatchSize, kernels, gradients, dropout: _dropout, sparse: _sparse);
        _sharesWork = _pass.SharesWork;
        _loss = options.Loss.CreateKernel(kernels.Level);
        _lossOfRows = options.Loss;
        if (options.Optimizer.IsFullBatch)
            return;
        _optimizer = options.Optimizer.CreateKernel(kernels.Level);
        _state1 = options.Optimizer.StateCount > 0 ? new AlignedBuffer(length) : null;
        _state2 = options.Optimizer.StateCount > 1 ? new AlignedBuffer(length) : null;
        if (options.GradientClipping is not { IsByNorm: true } && (options.GradientClipping is not null || options.L1 > 0 || options.Optimizer.HasTrustRatio))
            _squares = new GradientSquares(length);            // these leave something else in the gradient's place
        if (options.Optimizer.HasTrustRatio)
            _received = new GradientSquares(length) { IsOn = true };     // a direction
        ParameterUpdate[] updates = Updates(network.Parameters, weightDecay, options.L1);
        if (options.WeightNormalization)
            _weightNormalization = new WeightNormalization(network, gradients, options.L1, options.MaxNorm, kernels);
        float? longest = options.GradientClipping is { IsByNorm: true } byNorm ? byNorm.Limit : null;
        _tied = options.TiedWeights ? new TiedWeights(network, gradients, kernels) : null;
        if (longest is not null || options.Optimizer.HasTrustRatio || _weightNormalization is not null || _tied is not null)
            _deferred = new DeferredUpdate(network, gradients, updates, rateMultipliers, longest, options.Optimizer.HasTrustRatio, kernels, _weightNormalization is { Trained: var trained }
                ? new NormalizedUpdates(_weightNormalization, Updates(trained, decay: 0, l1: 0), Updates(trained, weightDecay, l1: 0))
                : null, options.TiedWeights);
        for (int i = 0; i < _pass.Layers.Count && _deferred is null; i++)
            _pass.Layers[i].Update = updates[i];
        if (_deferred is null && _pass.Embeddings is { } embeddings)
            embeddings.Updates = updates[_pass.Layers.Count..];
        if (options.MaxNorm is { } limit && _weightNormalization is null)
            _maxNorm = new MaxNorm(network, limit, kernels, options.TiedWeights);

        ParameterUpdate[] Updates(AlignedBuffer parameters, float decay, float l1)
        {
            float? highest = options.GradientClipping is { IsByNorm: false } byValue ? byValue.Limit : null;
            int layers = _pass.Layers.Count;
            var made = new ParameterUpdate[layers + network.Embeddings.Count];
            for (int i = 0; i < made.Length; i++)
            {
                (float weightRate, float biasRate) = i < layers ? (rateMultipliers[2 * i], rateMultipliers[2 * i + 1]) : (rateMultipliers[layers + i], 0);
                made[i] = new OptimizerUpdate(_optimizer, parameters, gradients, _state1, _state2, weightRate, biasRate, decay);
                if (_received is not null)
                    made[i] = new GradientWatch(made[i], gradients, _received);
                if (highest is not null || l1 > 0)
                    made[i] = new GradientPreparation(made[i], GradientKernel.Create(kernels.Level), parameters, gradients, highest, l1);
                if (_squares is not null)
                    made[i] = new GradientWatch(made[i], gradients, _squares);
            }
            return made;
        }
    }

    public NetworkPass Pass => _pass;

    /// <summary>What the optimizer remembers of each parameter; null where it keeps less.</summary>
    public AlignedBuffer? State1 => _state1;

    /// <inheritdoc cref="State1"/>
    public AlignedBuffer? State2 => _state2;

    /// <summary>Whether <see cref="GradientNorm"/> will be asked for after the next step. Without it a sparse first layer doesn't write, and nothing is summed, what no other step reads.</summary>
    /// <value>True, unless it is set.</value>
    public bool KeepsGradient
    {
        set
        {
            _sparse?.KeepsGradients = value;
            _received?.IsOn = value;
        }
    }

    /// <summary>Steps begun so far: what the choices of dropout are keyed by, beside seed and layer.</summary>
    public long Steps { get; set; }

    /// <summary>Euclidean norm of the last step's gradient over all that the optimizer moves, as it got it. In a fixed order; padding is 0.</summary>
    public double GradientNorm()
    {
        if (_received is not null)
            return _received.Norm();
        if (_sparse is not { IsLazy: true })
            return Math.Sqrt(FixedOrderSums.SumAndSquares(_gradients.Span).SquaredSum);
        LayerLayout first = _pass.Layers[0].Layout;                // its weights' gradient is apart, and 0 where the batch had no feature
        return Math.Sqrt(FixedOrderSums.SumAndSquares(_sparse.Gradients(first.Outputs)).SquaredSum
            + FixedOrderSums.SumAndSquares(_gradients.Span[(int)(first.WeightOffset + first.WeightLength)..]).SquaredSum);
    }

    /// <summary>Before a step whose <see cref="RawGradientNorm"/> will be asked for, or where none will be any more.</summary>
    public void WatchGradient(bool isOn)
    {
        if (_squares is null)
            return;
        _squares.IsOn = isOn;
        _squares.Clear();
    }

    /// <summary>As <see cref="GradientNorm"/>, of the gradient before clipping and before decay and L1 were added, whatever the optimizer.</summary>
    public double RawGradientNorm() => _squares?.Norm() ?? _deferred?.Norm ?? GradientNorm();

    /// <summary>Mean of the loss that a step gave for its rows.</summary>
    /// <param name="weight">Of the rows.</param>
    public double MeanLoss(double lossSum, double weight, int rows)
        => HeadSums.MeanOf(_lossOfRows, _loss, lossSum, weight, rows, _gatherer.Targets, _gatherer.TargetColumns, _gatherer.Weights);

    /// <summary>Sum of weight · loss over the rows, before the update.</summary>
    /// <param name="metric">Gets the rows' outputs, too; null for none.</param>
    public double Run(ReadOnlySpan<int> rows, float learningRate, MetricTotal? metric = null)
    {
        Steps++;
        using WorkerPool.Repeated repeated = _sharesWork ? _pool.Repeat(ref _threads) : default;
        double loss = Forward(_gatherer, rows, gradientScale: 1f / rows.Length, metric);
        if (!double.IsFinite(loss))
            return loss;
        _optimizer!.BeginStep(learningRate);
        _pass.Backward();
        _tied?.SumGradients();
        _weightNormalization?.TurnGradients();
        _deferred?.Run(learningRate);
        _weightNormalization?.Compose();
        _maxNorm?.Apply();
        _tied?.CopyWeights();
        GC.KeepAlive(this);                                    // everything in a step goes by pointers into its buffers
        return loss;
    }

    /// <summary>Sum of weight · loss over a batch, with the weights as they are and all else as in the last step. Moves what batch normalization keeps of its batches, as a step does.</summary>
    public double LossAsTrained(ReadOnlySpan<int> rows) => Forward(_gatherer, rows, gradientScale: 1f / rows.Length, metric: null);

    /// <summary>Sum of weight · loss over any number of rows, with the weights as they are.</summary>
    /// <param name="gatherer">Whose rows: the training set's, or a validation set's.</param>
    /// <param name="metric">Gets the rows' outputs, too; null for none.</param>
    public double Evaluate(BatchGatherer gatherer, ReadOnlySpan<int> rows, MetricTotal? metric = null)
    {
        double sum = 0;
        for (int first = 0; first < rows.Length; first += _pass.Capacity)
            sum += Forward(gatherer, rows[first..Math.Min(rows.Length, first + _pass.Capacity)], gradientScale: null, metric);
        return sum;
    }

    /// <summary>Sum of weight · loss over the rows, and its gradient added to sums: a part of a step of the whole data, whose parameters nobody moves meanwhile.</summary>
    /// <param name="rows">No more than a batch.</param>
    /// <param name="sums">In the layout of the parameters.</param>
    /// <param name="metric">Gets the rows' outputs, too; null for none.</param>
    public double AddGradient(ReadOnlySpan<int> rows, Span<double> sums, MetricTotal? metric)
    {
        using WorkerPool.Repeated repeated = _sharesWork ? _pool.Repeat(ref _threads) : default;
        double loss = Forward(_gatherer, rows, gradientScale: 1, metric);
        if (!double.IsFinite(loss))
            return loss;
        _pass.Backward();
        DoubleVectors.AddScaled(_gradients.Span, 1, sums);
        return loss;
    }

    /// <summary>Back to before the first step, from other parameters of the same network: what a new object would do, in this one's memory.</summary>
    public void Restart(ReadOnlySpan<float> parameters)
    {
        parameters.CopyTo(_pass.Network.Parameters.Span);
        _pass.Network.ParametersChanged();
        _state1?.Span.Clear();
        _state2?.Span.Clear();
        _optimizer?.Restart();
        _weightNormalization?.Begin(_pass.Network);
        Steps = 0;
    }

    /// <summary>What a step leaves behind for the next one, but the parameters.</summary>
    public void Exchange(StateExchange state)
    {
        if (_state1 is not null)
            state.Floats("optimizer/average 1", _state1.Span);
        if (_state2 is not null)
            state.Floats("optimizer/average 2", _state2.Span);
        _optimizer?.Exchange(state);
        _weightNormalization?.Exchange(state);
    }

    /// <param name="gradientScale">Of each row in the gradient by the outputs; null for no gradient.</param>
    /// <param name="metric">Gets the rows' outputs, too; null for none.</param>
    double Forward(BatchGatherer gatherer, ReadOnlySpan<int> rows, float? gradientScale, MetricTotal? metric)
    {
        _pass.Gather(gatherer, rows);
        if (_dropout is not null)
            _dropout.Step = gradientScale is null ? null : Steps;
        _pass.Purpose = gradientScale is null ? PassPurpose.Scoring : PassPurpose.Training;
        _pass.Forward(rows.Length);
        LayerPass last = _pass.Last;
        double loss = _loss.Evaluate(last.Output.Pointer, rows.Length, last.Layout.Outputs, last.Stride, gatherer.Targets, gatherer.TargetColumns, gatherer.Weights,
            gradientScale ?? 0, gradientScale is null ? null : last.Gradient.Pointer);
        metric?.Add(last.Output.Pointer, rows.Length, last.Layout.Outputs, last.Stride, gatherer.Targets, gatherer.TargetColumns, gatherer.Weights);
        metric?.AddLosses(_loss.Parts);
        GC.KeepAlive(gatherer);
        GC.KeepAlive(this);
        return loss;
    }
}
