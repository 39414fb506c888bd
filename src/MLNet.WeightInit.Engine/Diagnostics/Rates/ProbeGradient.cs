using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>The gradient of the mean loss over some rows, wherever a network's parameters are moved to.</summary>
internal sealed unsafe class ProbeGradient
{
    readonly BatchGatherer _gatherer;
    readonly int[] _rows;
    readonly LossKernel _loss;
    readonly NetworkPass _pass;

    /// <param name="network">Its parameters are where the gradient is taken.</param>
    public ProbeGradient(FeedForwardNetwork network, BatchGatherer gatherer, int[] rows, TrainingOptions options, PassKernels kernels)
    {
        _gatherer = gatherer;
        _rows = rows;
        _loss = options.Loss.CreateKernel(kernels.Level);
        Values = new AlignedBuffer(network.Parameters.Length);
        DropoutPass? dropout = options.DropoutPass(kernels.Level);
        if (dropout is not null)
            dropout.Step = 0;                                  // the same choices every time: the loss is one function
        _pass = new NetworkPass(network, rows.Length, kernels, Values, dropout: dropout, sparse: gatherer.Data.IsSparse ? new SparseInput(kernels.Level, network.Inputs) : null);
    }

    /// <summary>The last gradient, in the layout of the parameters.</summary>
    public AlignedBuffer Values { get; }

    public void Compute() => Compute(_rows);

    /// <summary>Of other rows, at most as many.</summary>
    public void Compute(ReadOnlySpan<int> rows)
    {
        _pass.Gather(_gatherer, rows);
        _pass.Forward(rows.Length);
        LayerPass last = _pass.Last;
        _loss.Evaluate(last.Output.Pointer, rows.Length, last.Layout.Outputs, last.Stride, _gatherer.Targets, _gatherer.TargetColumns, _gatherer.Weights, 1f / rows.Length, last.Gradient.Pointer);
        _pass.Backward();
        GC.KeepAlive(_gatherer);
        GC.KeepAlive(this);
    }
}
