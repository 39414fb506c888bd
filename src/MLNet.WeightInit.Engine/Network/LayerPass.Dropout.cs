using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Randomness;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>Dropout after the activation: the output itself is kept beside what the next layer reads, since its derivative may follow from it.</summary>
internal sealed unsafe partial class LayerPass
{
    readonly DropoutPass? _dropout;
    readonly ulong _dropoutStream;
    readonly AlignedBuffer _dropped;
    readonly Action<int> _dropChunk, _undropChunk;

    /// <summary>What the next layer reads: h, after dropout where the pass is a training step's.</summary>
    public AlignedBuffer Passed => Drops ? _dropped : Output;

    bool Drops => _dropout is { Step: not null };

    /// <summary>Ranges of rows whose dropout is done by one thread.</summary>
    int RowChunks => Math.Min(WantedChunks, (_batch + DropoutKernel.RowUnit - 1) / DropoutKernel.RowUnit);

    /// <summary>Ends of ranges are whole groups of random words; the last takes what is left.</summary>
    (int First, int Rows) RowsOf(int chunk)
    {
        int units = _batch / DropoutKernel.RowUnit, chunks = RowChunks;
        int first = units * chunk / chunks * DropoutKernel.RowUnit;
        return (first, (chunk == chunks - 1 ? _batch : units * (chunk + 1) / chunks * DropoutKernel.RowUnit) - first);
    }

    void DropChunk(int chunk)
    {
        (int first, int rows) = RowsOf(chunk);
        _dropout!.Forward(_dropoutStream, Output.Pointer, _dropped.Pointer, first, rows, Panels.Padded(Layout.Outputs), Stride);
    }

    /// <summary>∂L/∂h from ∂L/∂ of what the next layer read, then ∂L/∂z.</summary>
    void UndropChunk(int chunk)
    {
        (int first, int rows) = RowsOf(chunk);
        int columns = Panels.Padded(Layout.Outputs);
        _dropout!.Backward(_dropoutStream, Upstream.Pointer, first, rows, columns, Stride);
        Deactivate(first, rows, 0, columns);
    }
}
