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
    readonly AlignedBuffer? _means, _targetMeans, _targetScales;
    readonly RowKernel _rows;
    readonly SoftmaxKernel _softmax;
    readonly bool[] _finite;

    /// <summary>Whether rows are copied first: to subtract means, or since rows at this distance would share few cache sets. Else they are read where they are.</summary>
    readonly bool _copies;

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
        _copies = !network.FeatureScale.IsNone || Panels.RowStride(network.Inputs) != Panels.Padded(network.Inputs);
        if (!network.FeatureScale.IsNone)
            _means = Copy(network.FeatureScale.Means);
        if (network.TargetScale.IsNone)
            return;
        _targetMeans = Copy(network.TargetScale.Means);
        _targetScales = Copy(network.TargetScale.Scales);
    }

    static AlignedBuffer Copy(ReadOnlySpan<float> values)
    {
        var copy = new AlignedBuffer(values.Length);
        values.CopyTo(copy.Span);
        return copy;
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
        fixed (float* source = features)
        {
            if (_copies)
            {
                _rows.CenterRows(source, rows, _network.Inputs, _means is null ? null : _means.Pointer, _pass.Input.Pointer, _pass.InputStride, _finite);
                _pass.Forward(_pass.Input.Pointer, _pass.InputStride, rows, _firstLayer.Pointer);
            }
            else
            {
                for (int row = 0; row < rows; row++)
                    _finite[row] = RowChecks.AllFinite(features.Slice(row * _network.Inputs, _network.Inputs));
                _pass.Forward(source, _network.Inputs, rows, _firstLayer.Pointer);
            }
        }
        float* logits = _pass.Last.Output.Pointer;
        int stride = _pass.Last.Stride;
        if (_network.Task == NetworkTask.Multiclass)
        {
            for (int row = 0; row < rows; row++)
                _softmax.Apply(logits + (nint)row * stride, _network.Outputs);
        }
        fixed (float* destination = scores)
            CopyScores(logits, stride, rows, destination);
        GC.KeepAlive(this);                                    // whose buffers the logits and scales are in
    }

    void CopyScores(float* logits, int stride, int rows, float* scores)
    {
        int outputs = _network.Outputs;
        bool exponential = _network.TargetScale.IsExponential;
        float* scales = _targetScales is null ? null : _targetScales.Pointer, means = _targetMeans is null ? null : _targetMeans.Pointer;
        for (int row = 0; row < rows; row++, logits += stride, scores += outputs)
        {
            bool finite = _finite[row];
            for (int output = 0; output < outputs; output++)
            {
                float score = logits[output];
                if (scales is not null)
                    score = score * scales[output] + means[output];
                else if (exponential)
                    score = (float)ScalarMath.Exp(score);
                scores[output] = finite ? score : float.NaN;
            }
        }
    }
}
