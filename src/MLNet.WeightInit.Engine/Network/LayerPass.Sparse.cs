using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>The two products with a sparse input, which only the first layer can have.</summary>
internal sealed unsafe partial class LayerPass
{
    /// <summary>Features whose gradient one chunk computes and updates: 32 of them by 32 units are 4 KB.</summary>
    const int FeatureBlock = 32;

    /// <summary>Inputs whose gradient one chunk spreads: by 32 units 32 KB.</summary>
    const int SpreadBlock = 256;

    Action<int>? _sparseGradientChunk, _spreadChunk;
    int _featureBlocks;

    /// <summary>The layer's input in the place of dense rows; null where these are dense.</summary>
    public SparseInput? Sparse { get; set; }

    long Work => (Sparse is null ? (long)_batch * Layout.Inputs : Sparse.Batch.Count) * Layout.Outputs;

    void MultiplySparse(float* weights, int panel, int firstRow, int rows)
    {
        int width = Panels.WidthOf(panel, Layout.Outputs), column = panel * Panels.Width;
        Sparse!.Multiply(firstRow, rows, weights + Panels.Offset(panel, Layout.Inputs), width, _biases + column, _products.Pointer + (nint)firstRow * Stride + column, Stride);
    }

    void SparseWeightGradient(bool large)
    {
        Sparse!.BeginBackward(Layout.Outputs);
        _featureBlocks = (Sparse.Features.Length + FeatureBlock - 1) / FeatureBlock;
        Run(large, Panels.Count(Layout.Outputs) * _featureBlocks, _sparseGradientChunk ??= SparseGradientChunk);
        if (!Sparse.IsLazy)
            Run(large, Panels.Count(Layout.Outputs) * SpreadBlocks, _spreadChunk ??= SpreadChunk);
    }

    int SpreadBlocks => (Layout.Inputs + SpreadBlock - 1) / SpreadBlock;

    void SparseGradientChunk(int chunk)
    {
        int panel = chunk / _featureBlocks, first = chunk % _featureBlocks * FeatureBlock, count = Math.Min(FeatureBlock, Sparse!.Features.Length - first);
        int width = Panels.WidthOf(panel, Layout.Outputs);
        Sparse.WeightGradient(panel, width, first, count, _productGradient.Pointer + panel * Panels.Width, Stride, _scratch.Zeros.Pointer);
        if (Sparse.IsLazy)
            Update?.OfRows(Layout.WeightOffset + Panels.Offset(panel, Layout.Inputs), width, Sparse.Features.Slice(first, count), Sparse.Gradient(panel) + (nint)first * width);
    }

    void SpreadChunk(int chunk)
    {
        int panel = chunk / SpreadBlocks, first = chunk % SpreadBlocks * SpreadBlock, inputs = Math.Min(SpreadBlock, Layout.Inputs - first);
        int width = Panels.WidthOf(panel, Layout.Outputs);
        nint offset = Panels.Offset(panel, Layout.Inputs) + (nint)first * width;
        Sparse!.Spread(panel, width, first, inputs, _weightGradient + offset);
        Update?.OfWeights(Layout.WeightOffset + offset, inputs * width);
    }
}
