using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Gemm;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>∂L/∂E of the tables of embeddings: the first layer's gradient by its inputs, added up over the rows that have a category.</summary>
/// <remarks>
/// Every number of a table is one sum over the batch's rows in their order; chunks own whole rows of a table, so neither their number nor the thread decides a bit. Tables are updated as a whole, also where a batch has few of their
/// categories, as PyTorch's nn.Embedding does: an optimizer's averages of a category that a batch lacks go on, and so does decay.
/// </remarks>
internal sealed unsafe class EmbeddingGradient
{
    /// <summary>Floats that one chunk sees to, about: 64 KB stay in cache between the sums and the update.</summary>
    const int ChunkLength = 16 * 1024;

    /// <summary>Floats of all tables below which handing out chunks costs more than it saves.</summary>
    const long SerialLength = 64 * 1024;

    readonly GemmKernel _gemm;
    readonly WorkerPool _pool;
    readonly LayerLayout _layer;
    readonly EmbeddingLayout[] _embeddings;
    readonly AlignedBuffer _parameters, _gradients, _transposed, _inputGradient, _zeros;
    readonly Chunk[] _chunks;
    readonly int[] _keys;
    readonly int _firstPanel, _stride;
    readonly Action<int> _panelChunk, _tableChunk;

    float* _upstream;
    int _upstreamStride, _batch;

    /// <param name="gradients">In the parameters' layout.</param>
    /// <param name="capacity">Rows of the largest batch.</param>
    /// <param name="keys">[rows × columns of keys] of the batch under way.</param>
    public EmbeddingGradient(FeedForwardNetwork network, AlignedBuffer gradients, int capacity, PassKernels kernels, int[] keys)
    {
        _gemm = kernels.Gemm;
        _pool = kernels.Pool;
        _layer = network.Layout.Layers[0];
        _embeddings = [.. network.Layout.Embeddings];
        _parameters = network.Parameters;
        _gradients = gradients;
        _keys = keys;
        _firstPanel = _embeddings[0].FirstInput / Panels.Width;
        _stride = Panels.RowStride(_layer.Inputs - _firstPanel * Panels.Width);
        _transposed = new AlignedBuffer((long)Panels.Padded(_layer.Inputs - _firstPanel * Panels.Width) * _layer.Outputs);
        _inputGradient = new AlignedBuffer((long)capacity * _stride);
        _zeros = new AlignedBuffer(Panels.Width);
        _chunks = [.. Enumerable.Range(0, _embeddings.Length).SelectMany(Cut)];
        _panelChunk = PanelChunk;
        _tableChunk = TableChunk;
    }

    /// <summary>What is done with each part of a table's gradient, one a table; null keeps the gradient only.</summary>
    public ParameterUpdate[]? Updates { get; set; }

    /// <summary>From the gradient by the first layer's products with its weights. Must run before these are updated.</summary>
    /// <param name="upstream">[batch][stride].</param>
    /// <param name="isLarge">Whether the layer's work is worth handing out.</param>
    public void Backward(float* upstream, int stride, int batch, bool isLarge)
    {
        _upstream = upstream;
        _upstreamStride = stride;
        _batch = batch;
        Run(isLarge, Panels.Count(_layer.Inputs) - _firstPanel, _panelChunk);
        Run(_parameters.Length >= SerialLength, _chunks.Length, _tableChunk);
    }

    void Run(bool large, int chunks, Action<int> body)
    {
        if (large)
        {
            _pool.Run(chunks, body);
            return;
        }
        for (int chunk = 0; chunk < chunks; chunk++)
            body(chunk);
    }

    /// <summary>∂L/∂x of one panel of inputs, those before the first embedding in it included: they are not read.</summary>
    void PanelChunk(int index)
    {
        int panel = _firstPanel + index, width = Panels.WidthOf(panel, _layer.Inputs), column = index * Panels.Width;
        float* transposed = _transposed.Pointer + (nint)column * _layer.Outputs;
        Panels.TransposePanel(_parameters.Pointer + _layer.WeightOffset, _layer.Inputs, _layer.Outputs, panel, transposed);
        _gemm.Multiply(_upstream, _upstreamStride, 1, _batch, transposed, width, width, _layer.Outputs, _zeros.Pointer, 0, _inputGradient.Pointer + column, _stride);
    }

    /// <summary>Sums up the gradient of some rows of a table, and updates them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void TableChunk(int index)
    {
        (int table, int firstRow, int rows, long offset, int length) = _chunks[index];
        EmbeddingLayout embedding = _embeddings[table];
        int dimensions = embedding.Column.Dimensions;
        float* sums = _gradients.Pointer + offset, source = _inputGradient.Pointer + (embedding.FirstInput - _firstPanel * Panels.Width);
        new Span<float>(sums, length).Clear();
        for (int row = 0; row < _batch; row++, source += _stride)
        {
            int place = embedding.Column.RowOf(_keys[row * _embeddings.Length + table]) - firstRow;
            if ((uint)place >= (uint)rows)
                continue;
            float* sum = sums + (nint)place * dimensions;
            for (int i = 0; i < dimensions; i++)
                sum[i] += source[i];
        }
        Updates?[table].OfWeights(offset, length);
    }

    /// <summary>Ranges of rows whose floats begin at multiples of 16, as updates want them.</summary>
    IEnumerable<Chunk> Cut(int table)
    {
        EmbeddingLayout embedding = _embeddings[table];
        int dimensions = embedding.Column.Dimensions, rowsAChunk = Math.Max(1, ChunkLength / dimensions / Panels.Padding) * Panels.Padding;
        for (int first = 0; first < embedding.Column.Rows; first += rowsAChunk)
        {
            int rows = Math.Min(rowsAChunk, embedding.Column.Rows - first);
            long offset = (long)first * dimensions, end = first + rows == embedding.Column.Rows ? embedding.Length : offset + (long)rows * dimensions;
            yield return new Chunk(table, first, rows, embedding.Offset + offset, (int)(end - offset));
        }
    }

    readonly record struct Chunk(int Table, int FirstRow, int Rows, long Offset, int Length);
}
