using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Randomness;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>What is done to whole rows: residual blocks' sums and normalization between products and activation, and dropout after it.</summary>
/// <remarks>A layer's output is kept beside what the next one reads, since the derivative may follow from it. Normalized values are kept for the gradient, which then takes their place.</remarks>
internal sealed unsafe partial class LayerPass
{
    readonly DropoutPass? _dropout;
    readonly ulong _dropoutStream;
    readonly AlignedBuffer _dropped;
    readonly LayerNormalization? _normalization;
    readonly BatchNormalization? _batchNormalization;
    readonly bool _isForwardOnly;
    readonly AlignedBuffer? _stream;
    readonly Action<int> _rowChunk, _undropChunk, _normalizationPanelChunk, _normalizationRowChunk, _streamRowChunk, _batchForwardChunk, _batchBackwardChunk;

    /// <summary>Where the products with the weights go, and where the gradient by them is: z and ∂L/∂z but for a normalization.</summary>
    readonly AlignedBuffer _products, _productGradient;

    /// <summary>What the next layer reads: h, after dropout where the pass is a training step's.</summary>
    public AlignedBuffer Passed => Drops ? _dropped : Output;

    /// <summary>The layer that ends the residual block which starts from this one's sums; null elsewhere.</summary>
    public LayerPass? NextOfStream { get; set; }

    /// <summary>What the pass is run for.</summary>
    public PassPurpose Purpose { get; set; }

    /// <summary>1 / √(variance + ε) of the last batch, a unit; empty without batch normalization.</summary>
    public ReadOnlySpan<float> InverseDeviations => _batchNormalization is null ? [] : _batchNormalization.Inverses;

    /// <summary>∂L/∂(W x + b), with what was added to it; ∂L/∂z but for a normalization.</summary>
    public AlignedBuffer SumGradient => _productGradient;

    bool Drops => _dropout is { Step: not null };

    /// <summary>Ranges of rows that one thread sees to.</summary>
    int RowChunks => Math.Min(WantedChunks, (_batch + DropoutKernel.RowUnit - 1) / DropoutKernel.RowUnit);

    /// <summary>Ends of ranges are whole groups of random words; the last takes what is left.</summary>
    (int First, int Rows) RowsOf(int chunk)
    {
        int units = _batch / DropoutKernel.RowUnit, chunks = RowChunks;
        int first = units * chunk / chunks * DropoutKernel.RowUnit;
        return (first, (chunk == chunks - 1 ? _batch : units * (chunk + 1) / chunks * DropoutKernel.RowUnit) - first);
    }

    void RowChunk(int chunk)
    {
        (int first, int rows) = RowsOf(chunk);
        int columns = Panels.Padded(Layout.Outputs);
        if (_normalization is not null)
        {
            _normalization.Forward(PreActivation, first, rows, Addend, _stream is null ? null : _stream.Pointer);
            Activate(first, rows, 0, columns);
        }
        if (Drops)
            _dropout!.Forward(_dropoutStream, Output.Pointer, _dropped.Pointer, first, rows, columns, Stride);
    }

    void NormalizationPanelChunk(int panel)
        => _normalization!.SumGradients(_rows, Gradient.Pointer, panel * Panels.Width, Panels.WidthOf(panel, Layout.Outputs), _batch);

    void NormalizationRowChunk(int chunk)
    {
        (int first, int rows) = RowsOf(chunk);
        _normalization!.Backward(Gradient.Pointer, first, rows, NextOfStream is { } next ? next._productGradient.Pointer : null);
    }

    /// <summary>∂L/∂x of a block x + F(x) is that of the sum, and what came back through F.</summary>
    void StreamRowChunk(int chunk)
    {
        (int first, int rows) = RowsOf(chunk);
        nint offset = (nint)first * Stride;
        _rows.AddRows(_productGradient.Pointer + offset, NextOfStream!._productGradient.Pointer + offset, null, rows, Panels.Padded(Layout.Outputs), Stride);
    }

    /// <summary>What the stream holds is added where a block ends; the stem begins it.</summary>
    float* Addend => Layout.Residual == ResidualPlace.End ? _stream!.Pointer : null;

    void AddAndActivate(int firstRow, int rows, int column, int columns)
    {
        AddStream(PreActivation, firstRow, rows, column, columns);
        Activate(firstRow, rows, column, columns);
    }

    /// <summary>Makes sums of products where residual blocks add something, and keeps them for the next block.</summary>
    void AddStream(AlignedBuffer products, int firstRow, int rows, int column, int columns)
    {
        if (_stream is null)
            return;
        nint offset = (nint)firstRow * Stride + column;
        _rows.AddRows(products.Pointer + offset, Addend is null ? null : Addend + offset, _stream.Pointer + offset, rows, columns, Stride);
    }

    void BatchForwardChunk(int panel)
    {
        int column = panel * Panels.Width, columns = Panels.WidthOf(panel, Layout.Outputs);
        AddStream(_products, 0, _batch, column, columns);
        _batchNormalization!.Forward(PreActivation, column, columns);
        Activate(0, _batch, column, columns);
    }

    void BatchBackwardChunk(int panel)
    {
        int column = panel * Panels.Width, columns = Panels.WidthOf(panel, Layout.Outputs);
        _batchNormalization!.Backward(Gradient.Pointer, column, columns);
        if (NextOfStream is { } next)
            _rows.AddRows(_productGradient.Pointer + column, next._productGradient.Pointer + column, null, _batch, columns, Stride);
    }

    /// <summary>∂L/∂h from ∂L/∂ of what the next layer read, then ∂L/∂z.</summary>
    void UndropChunk(int chunk)
    {
        (int first, int rows) = RowsOf(chunk);
        int columns = Panels.Padded(Layout.Outputs);
        if (_activation.IsGate && _dropout!.DropsToZero)
        {
            // What was dropped is 0, and there the gate is shut: the choices needn't be made again.
            nint offset = (nint)first * Stride;
            _dropout.Scale(Upstream.Pointer + offset, rows, columns, Stride);
            _activation.Backward(Upstream.Pointer + offset, _dropped.Pointer + offset, Gradient.Pointer + offset, rows, columns, Stride);
            return;
        }
        _dropout!.Backward(_dropoutStream, Upstream.Pointer, first, rows, columns, Stride);
        Deactivate(first, rows, 0, columns);
    }
}
