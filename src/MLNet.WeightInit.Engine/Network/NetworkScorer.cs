using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Scoring;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>Scores rows with buffers of its own: one a cursor or thread; no allocation a row.</summary>
/// <remarks>A row's score is the same bits alone and in any batch: every output is one chain of multiply-adds over its inputs, and the softmax sees one row at a time.</remarks>
internal sealed unsafe class NetworkScorer
{
    readonly FeedForwardNetwork _network;
    readonly NetworkPass _pass;
    readonly AlignedBuffer _firstLayer;
    readonly AlignedBuffer? _means;
    readonly RowKernel _rows;
    readonly SoftmaxKernel _softmax;
    readonly bool[] _finite;

    /// <param name="capacity">Rows that <see cref="Score(ReadOnlySpan{float}, int, Span{float})"/> runs at once.</param>
    public NetworkScorer(FeedForwardNetwork network, int capacity = 1, SimdLevel? level = null)
    {
        _network = network;
        PassKernels kernels = PassKernels.Create(level ?? SimdLevels.Best, WorkerPool.CallerOnly);
        _rows = kernels.Rows;
        _softmax = SoftmaxKernel.Create(kernels.Level);
        _pass = new NetworkPass(network, capacity, kernels, gradients: null);
        _firstLayer = network.ScoringWeights();
        _finite = new bool[capacity];
        if (!network.FeatureScale.IsNone)
        {
            _means = new AlignedBuffer(network.Inputs);
            network.FeatureScale.Means.CopyTo(_means.Span);
        }
    }

    /// <summary>As <see cref="FeedForwardNetwork.Predict"/>.</summary>
    public void Score(ReadOnlySpan<float> features, Span<float> scores) => Score(features, 1, scores);

    /// <summary>Scores several rows: features [rows × inputs], scores [rows × outputs], both row-major without padding.</summary>
    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        int inputs = _network.Inputs, outputs = _network.Outputs;
        if (features.Length != (long)rows * inputs)
            throw new ArgumentException($"The network takes {inputs} features a row, so {rows} row(s) need {(long)rows * inputs} values, but {features.Length} were given.", nameof(features));
        if (scores.Length != (long)rows * outputs)
            throw new ArgumentException($"The network gives {outputs} scores a row, so {rows} row(s) need room for {(long)rows * outputs} values, but {scores.Length} were given.", nameof(scores));
        for (int first = 0; first < rows; first += _pass.Capacity)
        {
            int count = Math.Min(_pass.Capacity, rows - first);
            ScoreBlock(features.Slice(first * inputs, count * inputs), count, scores.Slice(first * outputs, count * outputs));
        }
    }

    void ScoreBlock(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        int inputs = _network.Inputs, outputs = _network.Outputs;
        fixed (float* source = features)
        {
            for (int row = 0; row < rows; row++)
            {
                _finite[row] = RowChecks.AllFinite(features.Slice(row * inputs, inputs));
                _rows.Standardize(source + (nint)row * inputs, _means is null ? null : _means.Pointer, null, _pass.Input.Pointer + (nint)row * _pass.InputStride, inputs);
            }
        }
        _pass.Forward(rows, _firstLayer.Pointer);
        LayerPass last = _pass.Last;
        for (int row = 0; row < rows; row++)
        {
            Span<float> destination = scores.Slice(row * outputs, outputs);
            if (!_finite[row])
            {
                destination.Fill(float.NaN);
                continue;
            }
            float* logits = last.Output.Pointer + (nint)row * last.Stride;
            if (_network.Task == NetworkTask.Multiclass)
                _softmax.Apply(logits, outputs);
            new ReadOnlySpan<float>(logits, outputs).CopyTo(destination);
            if (!_network.TargetScale.IsNone)
                Rescale(destination);
        }
    }

    void Rescale(Span<float> scores)
    {
        for (int output = 0; output < scores.Length; output++)
            scores[output] = scores[output] * _network.TargetScale.Scales[output] + _network.TargetScale.Means[output];
    }
}
