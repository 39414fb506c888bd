using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>One layer's batch normalization in a pass: by panels of its units over all rows, with what its gradient needs of the forward way.</summary>
/// <remarks>
/// Statistics are the batch's where the pass probes or trains; where it scores, and for a batch of one row, which has no variance, the running ones. Where it scores these are folded into a factor and an
/// offset, <c>z = x · γ / √(variance + ε) + (β − mean · γ / √(variance + ε))</c>, with one rounding for the product and the sum.
/// </remarks>
/// <param name="values">[rows][stride]: first the sums, then the normalized values, and after the way back the gradient by the sums.</param>
/// <param name="gradients">In the parameters' layout; the parameters themselves for a pass that only goes forward.</param>
internal sealed unsafe class BatchNormalization(BatchNormalizationKernel kernel, LayerLayout layout, AlignedBuffer values, int stride, AlignedBuffer parameters, AlignedBuffer gradients)
{
    readonly AlignedBuffer _inverses = new(layout.BiasLength), _factors = new(layout.BiasLength), _offsets = new(layout.BiasLength);
    PassPurpose _purpose;
    int _rows;
    bool _isFolded;

    public AlignedBuffer Values => values;

    /// <summary>1 / √(variance + ε) of the last batch, a unit.</summary>
    public ReadOnlySpan<float> Inverses => _inverses.Span[..layout.Outputs];

    bool IsByBatch => _purpose != PassPurpose.Scoring && _rows > 1;

    float* Scales => parameters.Pointer + layout.ScaleOffset;

    float* Shifts => parameters.Pointer + layout.ShiftOffset;

    float* Means => parameters.Pointer + layout.RunningMeanOffset;

    float* Variances => parameters.Pointer + layout.RunningVarianceOffset;

    /// <summary>Before the panels of a batch.</summary>
    /// <param name="parametersAreFixed">Whether folding once is enough, since nothing trains the network that the pass scores.</param>
    public void Begin(PassPurpose purpose, int rows, bool parametersAreFixed)
    {
        _purpose = purpose;
        _rows = rows;
        if (purpose != PassPurpose.Scoring || _isFolded)
            return;
        kernel.Fold(Means, Variances, Scales, Shifts, layout.BiasLength, _factors.Pointer, _offsets.Pointer);
        _isFolded = parametersAreFixed;
    }

    /// <param name="preActivations">Takes what the activation sees.</param>
    public void Forward(AlignedBuffer preActivations, int column, int columns)
    {
        float* block = values.Pointer + column, destination = preActivations.Pointer + column;
        if (_purpose == PassPurpose.Scoring)
            kernel.Apply(block, _factors.Pointer + column, _offsets.Pointer + column, destination, _rows, columns, stride);
        else if (!IsByBatch)
            kernel.ForwardBy(Means + column, Variances + column, block, _inverses.Pointer + column, Scales + column, Shifts + column, destination, _rows, columns, stride);
        else
            kernel.Forward(block, _inverses.Pointer + column, Scales + column, Shifts + column, destination, _rows, columns, stride,
                _purpose == PassPurpose.Training ? Means + column : null, Variances + column);
    }

    /// <summary>From ∂L/∂z to the gradient by the sums, in the place of the normalized values, and to ∂L/∂γ and ∂L/∂β.</summary>
    public void Backward(float* gradient, int column, int columns)
        => kernel.Backward(gradient + column, values.Pointer + column, _inverses.Pointer + column, Scales + column, _rows, columns, stride, IsByBatch,
            gradients.Pointer + layout.ScaleOffset + column, gradients.Pointer + layout.ShiftOffset + column);
}
