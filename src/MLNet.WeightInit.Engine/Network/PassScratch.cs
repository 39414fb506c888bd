using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Gemm;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>The kernels of one vector width and the threads that run them.</summary>
internal sealed record PassKernels(SimdLevel Level, GemmKernel Gemm, RowKernel Rows, WorkerPool Pool)
{
    public static PassKernels Create(SimdLevel level, WorkerPool pool) => new(level, GemmKernel.Create(level), RowKernel.Create(level), pool);
}

/// <summary>Buffers that all layers of a backward pass take turns with.</summary>
internal sealed class PassScratch
{
    /// <param name="capacity">Rows of the largest batch; 0 for a pass that only goes forward.</param>
    /// <param name="isSparse">Whether the first layer's input is: nothing of it is packed.</param>
    /// <param name="threads">That work on a layer at once.</param>
    public PassScratch(NetworkLayout layout, int capacity, bool needsUpstream, int threads, bool isSparse = false)
    {
        Zeros = new AlignedBuffer(Math.Max(Panels.Width, SparseKernel.MostZeros));
        if (capacity == 0)
        {
            Transposed = Upstream = PackedInput = PackedGradient = Zeros;
            return;
        }
        PackedInput = new AlignedBuffer((long)capacity * layout.Layers.Skip(isSparse ? 1 : 0).Select(layer => Panels.Padded(layer.Inputs) * LayerPass.PanelGroups(layer, threads)).DefaultIfEmpty(0).Max());
        PackedGradient = new AlignedBuffer(layout.Layers.Where(layer => LayerPass.PacksGradient(layer, capacity)).Select(layer => (long)capacity * Panels.Padded(layer.Outputs)).DefaultIfEmpty(0).Max());
        Transposed = new AlignedBuffer(layout.Layers.Skip(1).Select(layer => (long)Panels.Padded(layer.Inputs) * layer.Outputs).DefaultIfEmpty(0).Max());
        Upstream = needsUpstream ? new AlignedBuffer((long)capacity * layout.Layers.Max(layer => Panels.RowStride(layer.Outputs))) : Zeros;
    }

    /// <summary>One panel's width of zeros: where sums without a bias start.</summary>
    public AlignedBuffer Zeros { get; }

    /// <summary>One layer's weights transposed, in panels of its inputs.</summary>
    public AlignedBuffer Transposed { get; }

    /// <summary>∂L/∂h of one layer, where its pre-activation still stands in the gradient's place.</summary>
    public AlignedBuffer Upstream { get; }

    /// <summary>One layer's inputs, copied together block by block for the weight gradient; once for each group of panels.</summary>
    public AlignedBuffer PackedInput { get; }

    /// <summary>One layer's ∂L/∂z, copied together panel by panel for the weight gradient: [panels][rows][32].</summary>
    public AlignedBuffer PackedGradient { get; }
}
