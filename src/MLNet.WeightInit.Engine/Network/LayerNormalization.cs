using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>One layer's normalization in a pass, with what its gradient needs of the forward way.</summary>
/// <param name="values">[rows][stride]: first the products with the weights, then the normalized values, and after the way back the gradient by the products.</param>
/// <param name="capacity">Rows of the largest batch.</param>
/// <param name="gradients">In the parameters' layout; the parameters themselves for a pass that only goes forward.</param>
internal sealed unsafe class LayerNormalization(NormalizationKernel kernel, LayerLayout layout, AlignedBuffer values, int capacity, int stride, AlignedBuffer parameters, AlignedBuffer gradients)
{
    readonly AlignedBuffer _inverses = new(capacity);

    public AlignedBuffer Values => values;

    float* Scales => parameters.Pointer + layout.ScaleOffset;

    float* Shifts => parameters.Pointer + layout.ShiftOffset;

    /// <param name="preActivations">Takes γ · normalized + β: what the activation sees.</param>
    /// <param name="addend">Added to the sums first; null for nothing.</param>
    /// <param name="copy">Takes the sums; null where nobody needs them.</param>
    public void Forward(AlignedBuffer preActivations, int firstRow, int rows, float* addend = null, float* copy = null)
    {
        nint offset = (nint)firstRow * stride;
        kernel.Forward(values.Pointer + offset, _inverses.Pointer + firstRow, Scales, Shifts, preActivations.Pointer + offset, rows, layout.Outputs, stride,
            addend is null ? null : addend + offset, copy is null ? null : copy + offset);
    }

    /// <summary>∂L/∂γ and ∂L/∂β of a panel's units, over all rows; before <see cref="Backward"/>, which overwrites the normalized values.</summary>
    public void SumGradients(RowKernel rowKernel, float* gradient, int column, int columns, int rows)
    {
        kernel.SumProducts(gradient + column, values.Pointer + column, rows, columns, stride, gradients.Pointer + layout.ScaleOffset + column);
        rowKernel.SumRows(gradient + column, rows, columns, stride, gradients.Pointer + layout.ShiftOffset + column);
    }

    /// <summary>From ∂L/∂z to the gradient by the products, in the place of the normalized values.</summary>
    /// <param name="addend">What of the gradient by the products comes another way; null for nothing.</param>
    public void Backward(float* gradient, int firstRow, int rows, float* addend = null)
    {
        nint offset = (nint)firstRow * stride;
        kernel.Backward(gradient + offset, values.Pointer + offset, _inverses.Pointer + firstRow, Scales, rows, layout.Outputs, stride, addend is null ? null : addend + offset);
    }
}
