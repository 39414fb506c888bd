using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Updates all parameters after the whole gradient is there: for clipping by its norm, for optimizers that look at a whole tensor, and for tied weights, whose gradient comes in two parts.</summary>
/// <remarks>
/// Costs one more pass over gradients than the update behind each block, which is why it is used only where it has to. Tensors are cut into chunks of fixed length, a chunk is summed in one order,
/// and the chunks' sums are added in double from the first on: neither threads nor vector width decide a bit.
/// </remarks>
internal sealed unsafe class DeferredUpdate
{
    const int ChunkLength = 16 * 1024;

    /// <summary>Parameters below which handing out chunks costs more than it saves.</summary>
    public const long SerialLength = 64 * 1024;

    readonly GradientKernel _kernel;
    readonly WorkerPool _pool;
    readonly AlignedBuffer _parameters, _gradients;
    readonly Chunk[] _chunks;
    readonly double[] _sums, _weightSums;
    readonly float[] _steps;
    readonly float? _maxNorm;
    readonly bool _hasTrustRatio;
    readonly Action<int> _sumChunk, _updateChunk, _moveChunk;
    float _factor;

    /// <param name="updates">One a layer, from input to output; then one a table of embeddings.</param>
    /// <param name="rateMultipliers">One a tensor: weights, then biases, layer by layer; then one a table of embeddings.</param>
    /// <param name="maxNorm">Norm that the gradient of all parameters together may have; null: any.</param>
    /// <param name="hasTrustRatio">True where the updates leave a direction in the place of the gradient, and this makes the step (LAMB).</param>
    /// <param name="normalized">What the optimizer moves in the hidden weights' place, or null.</param>
    /// <param name="tied">True where the decoder's weights are the encoder's and get no step of their own.</param>
    public DeferredUpdate(FeedForwardNetwork network, AlignedBuffer gradients, ParameterUpdate[] updates, IReadOnlyList<float> rateMultipliers, float? maxNorm, bool hasTrustRatio, PassKernels kernels,
        NormalizedUpdates? normalized = null, bool tied = false)
    {
        _kernel = GradientKernel.Create(kernels.Level);
        _pool = kernels.Pool;
        _parameters = network.Parameters;
        _gradients = gradients;
        _maxNorm = maxNorm;
        _hasTrustRatio = hasTrustRatio;
        var chunks = new List<Chunk>();
        for (int layer = 0; layer < network.Layout.Layers.Count; layer++)
        {
            LayerLayout layout = network.Layout.Layers[layer];
            var own = new Tensor(layer, TensorKind.Weights, rateMultipliers[2 * layer], network.Parameters, updates[layer]);
            if (normalized is not null && layer < normalized.Weights.Layers.Count)
            {
                NormalizedLayer lengths = normalized.Weights.Layers[layer];
                Cut(chunks, own with { Parameters = normalized.Weights.Trained, Update = normalized.OfDirections[layer] }, layout.WeightOffset, layout.WeightLength);
                Cut(chunks, own with { Kind = TensorKind.Lengths, Parameters = normalized.Weights.Trained, Update = normalized.OfLengths[layer] }, lengths.GainOffset, lengths.GainLength);
            }
            else if (!tied || !TiedWeights.IsDecoder(layer, network.Layout.Layers.Count))
            {
                Cut(chunks, own, layout.WeightOffset, layout.WeightLength);
            }
            Cut(chunks, own with { Kind = TensorKind.Biases, Rate = rateMultipliers[2 * layer + 1] }, layout.BiasOffset, layout.BiasLength);
            if (layout.IsNormalized)
                Cut(chunks, own with { Kind = TensorKind.Normalization, Rate = 1 }, layout.ScaleOffset, 2 * layout.BiasLength);
        }
        int layers = network.Layout.Layers.Count;
        for (int i = 0; i < network.Layout.Embeddings.Count; i++)
            Cut(chunks, new Tensor(layers + i, TensorKind.Weights, rateMultipliers[2 * layers + i], network.Parameters, updates[layers + i]), network.Layout.Embeddings[i].Offset, network.Layout.Embeddings[i].Length);
        _chunks = [.. chunks];
        _sums = new double[_chunks.Length];
        _weightSums = new double[_chunks.Length];
        _steps = new float[_chunks.Length];
        _sumChunk = SumChunk;
        _updateChunk = UpdateChunk;
        _moveChunk = MoveChunk;
    }

    /// <summary>Of the last step's gradient, before it was scaled down; null where no norm is the longest.</summary>
    public double? Norm { get; private set; }

    public void Run(float learningRate)
    {
        _factor = 1;
        if (_maxNorm is { } longest)
        {
            ForEachChunk(_sumChunk);
            double sum = 0;
            foreach (double part in _sums)
                sum += part;
            double norm = Math.Sqrt(sum);
            Norm = norm;
            if (norm > longest)
                _factor = (float)(longest / norm);             // 0 where a gradient is infinite: 0 · ∞ is NaN, and training says so
        }
        ForEachChunk(_updateChunk);
        if (!_hasTrustRatio)
            return;
        SetSteps(learningRate);
        ForEachChunk(_moveChunk);
    }

    /// <summary>Each weight tensor's step is as long as the tensor itself, times the rate; biases and normalizations, which start at 0 and 1, lengths, which are one number a unit, and weights that are all 0 take the direction as it is.</summary>
    void SetSteps(float learningRate)
    {
        for (int first = 0, end; first < _chunks.Length; first = end)
        {
            (int layer, TensorKind kind, float rate, _, _) = _chunks[first].Tensor;
            double direction = 0, weights = 0;
            for (end = first; end < _chunks.Length && _chunks[end].Tensor.Layer == layer && _chunks[end].Tensor.Kind == kind; end++)
            {
                direction += _sums[end];
                weights += _weightSums[end];
            }
            double ratio = kind == TensorKind.Weights && direction > 0 && weights > 0 ? Math.Sqrt(weights) / Math.Sqrt(direction) : 1;
            _steps.AsSpan(first, end - first).Fill((float)(-learningRate * (double)rate * ratio));
        }
    }

    void SumChunk(int index) => _sums[index] = _kernel.SquareSum(_gradients.Pointer + _chunks[index].Offset, _chunks[index].Length);

    void UpdateChunk(int index)
    {
        (Tensor tensor, long offset, int length) = _chunks[index];
        if (_factor != 1)
            _kernel.Scale(_gradients.Pointer + offset, length, _factor);
        switch (tensor.Kind)
        {
            case TensorKind.Weights or TensorKind.Lengths: tensor.Update.OfWeights(offset, length); break;
            case TensorKind.Biases: tensor.Update.OfBiases(offset, length); break;
            default: tensor.Update.OfNormalization(offset, length); break;
        }
        if (!_hasTrustRatio)
            return;
        _sums[index] = _kernel.SquareSum(_gradients.Pointer + offset, length);
        _weightSums[index] = _kernel.SquareSum(tensor.Parameters.Pointer + offset, length);
    }

    void MoveChunk(int index)
    {
        Chunk chunk = _chunks[index];
        _kernel.AddScaled(_gradients.Pointer + chunk.Offset, chunk.Length, _steps[index], chunk.Tensor.Parameters.Pointer + chunk.Offset);
    }

    void ForEachChunk(Action<int> body)
    {
        if (_parameters.Length >= SerialLength)
        {
            _pool.Run(_chunks.Length, body);
            return;
        }
        for (int chunk = 0; chunk < _chunks.Length; chunk++)
            body(chunk);
    }

    static void Cut(List<Chunk> chunks, in Tensor tensor, long offset, long length)
    {
        for (long first = 0; first < length; first += ChunkLength)
            chunks.Add(new Chunk(tensor, offset + first, (int)Math.Min(ChunkLength, length - first)));
    }

    enum TensorKind
    {
        /// <summary>Or directions, where weights are normalized.</summary>
        Weights,

        /// <summary>Of normalized weights.</summary>
        Lengths,
        Biases,

        /// <summary>Scales and shifts, which are one tensor here.</summary>
        Normalization,
    }

    /// <param name="Rate">Multiplies the learning rate.</param>
    /// <param name="Parameters">What the optimizer moves: the network's own, or what its weights are made of.</param>
    readonly record struct Tensor(int Layer, TensorKind Kind, float Rate, AlignedBuffer Parameters, ParameterUpdate Update);

    readonly record struct Chunk(Tensor Tensor, long Offset, int Length);
}

/// <summary>The updates of normalized weights, one a hidden layer: their directions, which have no decay, and their lengths, which have it.</summary>
internal sealed record NormalizedUpdates(WeightNormalization Weights, ParameterUpdate[] OfDirections, ParameterUpdate[] OfLengths);
