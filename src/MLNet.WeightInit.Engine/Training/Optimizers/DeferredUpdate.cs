using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Updates all parameters after the whole gradient is there: for clipping by its norm, and for optimizers that look at a whole tensor.</summary>
/// <remarks>
/// Costs one more pass over gradients than the update behind each block, which is why it is used only where it has to. Tensors are cut into chunks of fixed length, a chunk is summed in one order,
/// and the chunks' sums are added in double from the first on: neither threads nor vector width decide a bit.
/// </remarks>
internal sealed unsafe class DeferredUpdate
{
    const int ChunkLength = 16 * 1024;

    /// <summary>Parameters below which handing out chunks costs more than it saves.</summary>
    const long SerialLength = 64 * 1024;

    readonly GradientKernel _kernel;
    readonly WorkerPool _pool;
    readonly AlignedBuffer _parameters, _gradients;
    readonly ParameterUpdate[] _updates;
    readonly float[] _rates;
    readonly Chunk[] _chunks;
    readonly double[] _sums, _weightSums;
    readonly float[] _steps;
    readonly float? _maxNorm;
    readonly bool _hasTrustRatio;
    readonly Action<int> _sumChunk, _updateChunk, _moveChunk;
    float _factor;

    /// <param name="updates">One a layer, from input to output.</param>
    /// <param name="rateMultipliers">One a tensor: weights, then biases, layer by layer.</param>
    /// <param name="maxNorm">Norm that the gradient of all parameters together may have; null: any.</param>
    /// <param name="hasTrustRatio">True where the updates leave a direction in the place of the gradient, and this makes the step (LAMB).</param>
    public DeferredUpdate(FeedForwardNetwork network, AlignedBuffer gradients, ParameterUpdate[] updates, IReadOnlyList<float> rateMultipliers, float? maxNorm, bool hasTrustRatio, PassKernels kernels)
    {
        _kernel = GradientKernel.Create(kernels.Level);
        _pool = kernels.Pool;
        _parameters = network.Parameters;
        _gradients = gradients;
        _updates = updates;
        _rates = [.. rateMultipliers];
        _maxNorm = maxNorm;
        _hasTrustRatio = hasTrustRatio;
        var chunks = new List<Chunk>();
        for (int layer = 0; layer < network.Layout.Layers.Count; layer++)
        {
            LayerLayout layout = network.Layout.Layers[layer];
            Cut(chunks, 2 * layer, layout.WeightOffset, layout.WeightLength);
            Cut(chunks, 2 * layer + 1, layout.BiasOffset, layout.BiasLength);
        }
        _chunks = [.. chunks];
        _sums = new double[_chunks.Length];
        _weightSums = new double[_chunks.Length];
        _steps = new float[2 * network.Layout.Layers.Count];
        _sumChunk = SumChunk;
        _updateChunk = UpdateChunk;
        _moveChunk = MoveChunk;
    }

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
            if (norm > longest)
                _factor = (float)(longest / norm);             // 0 where a gradient is infinite: 0 · ∞ is NaN, and training says so
        }
        ForEachChunk(_updateChunk);
        if (!_hasTrustRatio)
            return;
        SetSteps(learningRate);
        ForEachChunk(_moveChunk);
    }

    /// <summary>Each weight tensor's step is as long as the tensor itself, times the rate; biases, which start at 0, and weights that are all 0 take the direction as it is.</summary>
    void SetSteps(float learningRate)
    {
        for (int first = 0, end; first < _chunks.Length; first = end)
        {
            int tensor = _chunks[first].Tensor;
            double direction = 0, weights = 0;
            for (end = first; end < _chunks.Length && _chunks[end].Tensor == tensor; end++)
            {
                direction += _sums[end];
                weights += _weightSums[end];
            }
            double ratio = _chunks[first].IsWeights && direction > 0 && weights > 0 ? Math.Sqrt(weights) / Math.Sqrt(direction) : 1;
            _steps[tensor] = (float)(-learningRate * (double)_rates[tensor] * ratio);
        }
    }

    void SumChunk(int index) => _sums[index] = _kernel.SquareSum(_gradients.Pointer + _chunks[index].Offset, _chunks[index].Length);

    void UpdateChunk(int index)
    {
        (int tensor, long offset, int length) = _chunks[index];
        if (_factor != 1)
            _kernel.Scale(_gradients.Pointer + offset, length, _factor);
        if (_chunks[index].IsWeights)
            _updates[tensor / 2].OfWeights(offset, length);
        else
            _updates[tensor / 2].OfBiases(offset, length);
        if (!_hasTrustRatio)
            return;
        _sums[index] = _kernel.SquareSum(_gradients.Pointer + offset, length);
        _weightSums[index] = _kernel.SquareSum(_parameters.Pointer + offset, length);
    }

    void MoveChunk(int index)
    {
        (int tensor, long offset, int length) = _chunks[index];
        _kernel.AddScaled(_gradients.Pointer + offset, length, _steps[tensor], _parameters.Pointer + offset);
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

    static void Cut(List<Chunk> chunks, int tensor, long offset, long length)
    {
        for (long first = 0; first < length; first += ChunkLength)
            chunks.Add(new Chunk(tensor, offset + first, (int)Math.Min(ChunkLength, length - first)));
    }

    /// <param name="Tensor">Twice the layer, and one more for its biases.</param>
    readonly record struct Chunk(int Tensor, long Offset, int Length)
    {
        public bool IsWeights => Tensor % 2 == 0;
    }
}
