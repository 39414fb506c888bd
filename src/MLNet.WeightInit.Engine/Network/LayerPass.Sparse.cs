using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>The two products with a sparse input, which only the first layer can have.</summary>
internal sealed unsafe partial class LayerPass
{
    /// <summary>Floats of a gradient that one chunk computes and updates: 16 KB, half of the first-level cache. At least one feature's.</summary>
    const int SparseChunkFloats = 4 * 1024;

    /// <summary>Inputs whose gradient one chunk spreads.</summary>
    const int SpreadBlock = 64;

    Action<int>? _sparseForwardChunk, _sparseGradientChunk, _spreadChunk;
    int _featureBlock, _sparseChunks;

    /// <summary>The layer's input in the place of dense rows; null where these are dense.</summary>
    public SparseInput? Sparse { get; set; }

    long Work => (Sparse is null ? (long)_batch * Layout.Inputs : Sparse.Batch.Count) * Layout.Outputs;

    void MultiplySparse(float* weights)
    {
        if (weights is null && IsLarge)
        {
            _sparseChunks = Math.Clamp(_batch, 1, WantedChunks);
            _pool.Run(_sparseChunks, _sparseForwardChunk ??= SparseForwardChunk);
        }
        else
            MultiplySparse(weights is null ? _weights : weights, 0, _batch);
    }

    void SparseForwardChunk(int chunk)
    {
        int first = (int)((long)_batch * chunk / _sparseChunks), end = (int)((long)_batch * (chunk + 1) / _sparseChunks);
        MultiplySparse(_weights, first, end - first);
    }

    void MultiplySparse(float* weights, int firstRow, int rows)
    {
        float* products = _products.Pointer + (nint)firstRow * Stride;
        if (Layout.IsByInput)
            Sparse!.Multiply(firstRow, rows, weights, Layout.BiasLength, Layout.BiasLength, _biases, products, Stride);
        else
        {
            for (int panel = 0; panel < Panels.Count(Layout.Outputs); panel++)
                Sparse!.Multiply(firstRow, rows, weights + Layout.PanelOffset(panel), Layout.InputStride(panel), Panels.WidthOf(panel, Layout.Outputs), _biases + panel * Panels.Width, products + panel * Panels.Width, Stride);
        }
        if (!Layout.IsNormalized)
            AddAndActivate(firstRow, rows, 0, Layout.BiasLength);
    }

    void WeightGradientSparse(bool large)
    {
        Sparse!.BeginBackward(Layout.Outputs);
        _featureBlock = Math.Max(1, SparseChunkFloats / Layout.BiasLength);
        Run(large, (Sparse.Features.Length + _featureBlock - 1) / _featureBlock, _sparseGradientChunk ??= SparseGradientChunk);
        if (!Sparse.IsLazy)
            Run(large, (Layout.Inputs + SpreadBlock - 1) / SpreadBlock, _spreadChunk ??= SpreadChunk);
    }

    void SparseGradientChunk(int chunk)
    {
        int first = chunk * _featureBlock, count = Math.Min(_featureBlock, Sparse!.Features.Length - first), width = Layout.BiasLength;
        if (Sparse is { IsLazy: true, KeepsGradients: false } && Update is not null && count * width <= SparseChunkFloats)
            UpdateAtOnce(first, count, width);
        else
            WriteGradient(first, count, width, Sparse.Gradient(first, width));
    }

    /// <summary>A gradient that nobody asks for later stays in the first-level cache until its rows have moved.</summary>
    [SkipLocalsInit]
    void UpdateAtOnce(int first, int count, int width)
    {
        float* block = stackalloc float[SparseChunkFloats + CacheHint.LineFloats];
        WriteGradient(first, count, width, block + (-(nint)block & 63) / sizeof(float));
    }

    void WriteGradient(int first, int count, int width, float* gradient)
    {
        Sparse!.WeightGradient(first, count, width, _productGradient.Pointer, Stride, _scratch.Zeros.Pointer, gradient);
        if (Sparse.IsLazy)
            Update?.OfRows(Layout.WeightOffset, width, Sparse.Features[first..], count, gradient);
    }

    /// <summary>To where the gradient of dense rows would be, with zeros for features that the batch hasn't.</summary>
    void SpreadChunk(int chunk)
    {
        int first = chunk * SpreadBlock, inputs = Math.Min(SpreadBlock, Layout.Inputs - first);
        int blocks = Layout.IsByInput ? 1 : Panels.Count(Layout.Outputs);
        for (int block = 0; block < blocks; block++)
        {
            int stride = Layout.InputStride(block);
            nint offset = Layout.PanelOffset(block) + (nint)first * stride;
            Sparse!.Spread(block * Panels.Width, stride, Layout.BiasLength, first, inputs, _weightGradient + offset);
            Update?.OfWeights(Layout.WeightOffset + offset, inputs * stride);
        }
    }
}
