using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>What a gradient goes through before the optimizer sees it: limited number by number, then L1's slope added to that of weights.</summary>
/// <param name="then">The optimizer's update.</param>
/// <param name="limit">Null: not limited.</param>
/// <param name="l1">λ of λ Σ |w|; its slope at 0 is taken as 0. 0 for none.</param>
internal sealed unsafe class GradientPreparation(ParameterUpdate then, GradientKernel kernel, AlignedBuffer parameters, AlignedBuffer gradients, float? limit, float l1) : ParameterUpdate
{
    public override void OfWeights(long offset, int length)
    {
        Limit(offset, length);
        if (l1 > 0)
            kernel.AddSigns(parameters.Pointer + offset, length, l1, gradients.Pointer + offset);
        then.OfWeights(offset, length);
    }

    public override void OfRows(long offset, int width, ReadOnlySpan<int> rows, int count, float* gradient)
    {
        if (l1 > 0)
            base.OfRows(offset, width, rows, count, gradient);
        if (limit is { } highest)
            kernel.Clamp(gradient, count * width, highest);
        then.OfRows(offset, width, rows, count, gradient);
    }

    public override void OfBiases(long offset, int length)
    {
        Limit(offset, length);
        then.OfBiases(offset, length);
    }

    public override void OfNormalization(long offset, int length)
    {
        Limit(offset, length);
        then.OfNormalization(offset, length);
    }

    void Limit(long offset, int length)
    {
        if (limit is { } highest)
            kernel.Clamp(gradients.Pointer + offset, length, highest);
    }
}
