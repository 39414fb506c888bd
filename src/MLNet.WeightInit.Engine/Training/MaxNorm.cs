using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Keeps the incoming weights of every hidden unit within a length: after each step those that are longer are scaled back.</summary>
/// <remarks>Hinton et al. 2012, appendix A; Srivastava et al. 2014, section 5.1. Keras's <c>MaxNorm(axis=0)</c>. The output's weights are free.</remarks>
internal sealed unsafe class MaxNorm
{
    readonly GradientKernel _kernel;
    readonly WorkerPool _pool;
    readonly AlignedBuffer _parameters;
    readonly (long Offset, int Inputs, int Width)[] _panels;
    readonly float _limit;
    readonly Action<int> _limitPanel;

    /// <param name="limit">Above 0.</param>
    /// <param name="tied">True where the second half of the layers gets the first half's weights, and is left to that.</param>
    public MaxNorm(FeedForwardNetwork network, float limit, PassKernels kernels, bool tied = false)
    {
        _kernel = GradientKernel.Create(kernels.Level);
        _pool = kernels.Pool;
        _parameters = network.Parameters;
        _limit = limit;
        _panels =
        [
            .. network.Layout.Layers.SkipLast(tied ? network.Layout.Layers.Count / 2 : 1).SelectMany(layer => Enumerable.Range(0, Panels.Count(layer.Outputs))
                .Select(panel => (layer.WeightOffset + Panels.Offset(panel, layer.Inputs), layer.Inputs, Panels.WidthOf(panel, layer.Outputs)))),
        ];
        _limitPanel = LimitPanel;
    }

    public void Apply() => _pool.Run(_panels.Length, _limitPanel);

    void LimitPanel(int index)
    {
        (long offset, int inputs, int width) = _panels[index];
        _kernel.LimitColumns(_parameters.Pointer + offset, inputs, width, _limit);
    }
}
