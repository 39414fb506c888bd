using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;

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
    readonly OutputStage? _stage;
    readonly bool[] _finite;
    readonly SparseInput _sparse;
    readonly SparseStandardizer _sight;
    float[]? _full;
    readonly InputEncoder? _encoder;
    readonly Reconstruction? _reconstruction;

    /// <summary>Whether rows are copied first: to subtract means, to encode them, or since rows at this distance would share few cache sets. Else they are read where they are.</summary>
    readonly bool _copies;

    /// <param name="capacity">Rows that <see cref="Score(ReadOnlySpan{float}, int, Span{float})"/> runs at once.</param>
    /// <param name="reconstruction">Adds its values to each row's scores; null for none.</param>
    public NetworkScorer(FeedForwardNetwork network, int capacity = 1, SimdLevel? level = null, Reconstruction? reconstruction = null)
    {
        _network = network;
        _reconstruction = reconstruction;
        ScoreLength = network.Outputs + (reconstruction?.Length ?? 0);
        PassKernels kernels = PassKernels.Create(level ?? SimdLevels.Best, WorkerPool.CallerOnly);
        _rows = kernels.Rows;
        _stage = OutputStage.Create(network, kernels.Level);
        _sparse = new SparseInput(kernels.Level, network.Inputs, goesBack: false);
        _sight = new SparseStandardizer(network.FeatureScale, scales: false);
        _pass = new NetworkPass(network, capacity, kernels, gradients: null, sparse: _sparse);
        _firstLayer = network.ScoringWeights();
        _finite = new bool[capacity];
        _pass.Layers[0].FiniteSums = _finite;
        _encoder = network.Layout.Encoding.IsPlain ? null : new InputEncoder(network, isScaled: false);
        _copies = _encoder is not null || !network.FeatureScale.IsNone || Panels.RowStride(network.Inputs) != Panels.Padded(network.Inputs);
        if (!network.FeatureScale.IsNone)
            _means = Copy(network.FeatureScale.Means);
        if (network.TargetScale.IsNone)
            return;
        AffineScale targets = network.TargetScale.OfOutputs();
        _targetMeans = Copy(targets.Means);
        _targetScales = Copy(targets.Scales);
    }

    /// <summary>Values of a row's scores: the outputs, then the reconstruction's where there is one.</summary>
    public int ScoreLength { get; }

    static AlignedBuffer Copy(ReadOnlySpan<float> values)
    {
        var copy = new AlignedBuffer(values.Length);
        values.CopyTo(copy.Span);
        return copy;
    }

    /// <summary>As <see cref="FeedForwardNetwork.Predict(ReadOnlySpan{float}, Span{float})"/>.</summary>
    public void Score(ReadOnlySpan<float> features, Span<float> scores) => Score(features, 1, scores);

    /// <summary>Scores several rows of a network without embeddings: features [rows × inputs], scores [rows × <see cref="ScoreLength"/>], both row-major without padding.</summary>
    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores) => Score(features, [], rows, scores);

    /// <summary>Scores several rows: features [rows × inputs], keys [rows × embeddings], scores [rows × <see cref="ScoreLength"/>], all row-major without padding.</summary>
    public void Score(ReadOnlySpan<float> features, ReadOnlySpan<int> keys, int rows, Span<float> scores)
    {
        int columns = _network.Embeddings.Count;
        if (keys.Length != (long)rows * columns)
            throw new ArgumentException($"The network embeds {columns} column(s) of keys, so {rows} row(s) need {(long)rows * columns} keys, but {keys.Length} were given.", nameof(keys));
        int inputs = _network.Inputs, outputs = ScoreLength;
        if (features.Length != (long)rows * inputs)
            throw new ArgumentException($"The network takes {inputs} features a row, so {rows} row(s) need {(long)rows * inputs} values, but {features.Length} were given.", nameof(features));
        if (scores.Length != (long)rows * outputs)
            throw new ArgumentException($"The network gives {outputs} scores a row, so {rows} row(s) need room for {(long)rows * outputs} values, but {scores.Length} were given.", nameof(scores));
        for (int first = 0; first < rows; first += _pass.Capacity)
        {
            int count = Math.Min(_pass.Capacity, rows - first);
            ScoreBlock(features.Slice(first * inputs, count * inputs), keys.Slice(first * columns, count * columns), count, scores.Slice(first * outputs, count * outputs));
        }
    }

    /// <summary>Scores one row of which only some features are given, the others being 0: to the same bits as the row with all its zeros, in time that grows with those that are given.</summary>
    /// <param name="columns">Which features, ascending.</param>
    /// <param name="values">As many.</param>
    public void Score(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, Span<float> scores)
    {
        if (scores.Length != ScoreLength)
            throw new ArgumentException($"The network gives {ScoreLength} scores a row, but {scores.Length} were asked for.", nameof(scores));
        if (_encoder is not null || _reconstruction is not null || _sight.CentredCount > _network.Inputs / FullShare)
        {
            _full ??= new float[_network.Inputs];
            for (int i = 0; i < columns.Length; i++)
                _full[columns[i]] = values[i];
            Score(_full, scores);
            foreach (int column in columns)
                _full[column] = 0;
            return;
        }
        _sparse.Batch.Clear();
        _sight.Add(columns, values, _sparse.Batch);
        _pass.ForwardSparse(_firstLayer.Pointer);
        FinishBlock(1, scores);
        if (!RowChecks.AllFinite(values))
            scores.Fill(float.NaN);
        GC.KeepAlive(this);
    }

    /// <summary>One part in so many of the features: where more have a mean, a row is full once that was subtracted, and is scored as a full row. So is one for a network that puts values in the place of missing ones, and one that is compared with its reconstruction.</summary>
    const int FullShare = 8;

    void ScoreBlock(ReadOnlySpan<float> features, ReadOnlySpan<int> keys, int rows, Span<float> scores)
    {
        fixed (float* source = features)
        {
            if (_copies)
            {
                _rows.CenterRows(source, rows, _network.Inputs, _means is null ? null : _means.Pointer, _pass.Input.Pointer, _pass.InputStride);
                _encoder?.Encode(_pass.Input.Pointer, _pass.InputStride, rows, keys);
                _pass.Forward(_pass.Input.Pointer, _pass.InputStride, rows, _firstLayer.Pointer);
            }
            else
                _pass.Forward(source, _network.Inputs, rows, _firstLayer.Pointer);
        }
        FinishBlock(rows, scores);
        if (_reconstruction is not null)
            AddReconstruction(_reconstruction, features, rows, scores);
        if (_finite.AsSpan(0, rows).Contains(false))
            EraseNonFinite(features, rows, scores);
        GC.KeepAlive(this);                                    // whose buffers the logits and scales are in
    }

    void FinishBlock(int rows, Span<float> scores)
    {
        float* logits = _pass.Last.Output.Pointer;
        int stride = _pass.Last.Stride;
        _stage?.Apply(logits, stride, rows);
        fixed (float* destination = scores)
            CopyScores(logits, stride, rows, destination);
    }

    /// <summary>Rows whose features aren't all finite score NaN.</summary>
    void EraseNonFinite(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> ofRow = features.Slice(row * _network.Inputs, _network.Inputs);
            if (!_finite[row] && !(_encoder is null ? RowChecks.AllFinite(ofRow) : _encoder.Accepts(ofRow)))
                scores.Slice(row * ScoreLength, ScoreLength).Fill(float.NaN);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void CopyScores(float* logits, int stride, int rows, float* scores)
    {
        int outputs = _network.Outputs;
        if (_targetScales is not null)
        {
            float* scales = _targetScales.Pointer, means = _targetMeans!.Pointer;
            for (int row = 0; row < rows; row++, logits += stride, scores += ScoreLength)
                for (int output = 0; output < outputs; output++)
                    scores[output] = logits[output] * scales[output] + means[output];
            return;
        }
        bool exponential = _network.TargetScale.IsExponential;
        for (int row = 0; row < rows; row++, logits += stride, scores += ScoreLength)
            for (int output = 0; output < outputs; output++)
                scores[output] = exponential ? (float)ScalarMath.Exp(logits[output]) : logits[output];
    }

    /// <summary>Behind each row's outputs: the bottleneck's activations, and the error.</summary>
    void AddReconstruction(Reconstruction reconstruction, ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        LayerPass bottleneck = _pass.Layers[reconstruction.Layer];
        for (int row = 0; row < rows; row++)
        {
            Span<float> all = scores.Slice(row * ScoreLength, ScoreLength), added = all[_network.Outputs..];
            bottleneck.Output.Span.Slice(row * bottleneck.Stride, reconstruction.Units).CopyTo(added);
            added[^1] = reconstruction.Error(features.Slice(row * _network.Inputs, _network.Inputs), all[.._network.Outputs]);
        }
    }
}
