namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>Where a tensor has its values, by matrix (one a gate and group), unit, input and position of the kernel: for fills that give rows of incoming weights a meaning, whatever the order in memory.</summary>
/// <remarks>A unit is an output of the layer, of a transposed convolution too. The order block, unit, input, position is that of PyTorch's plain layers; fills count in it, so that both layouts get the same layer.</remarks>
internal readonly record struct TensorAxes(int Blocks, int Units, int Inputs, int Positions, int BlockStride, int UnitStride, int InputStride, int PositionStride)
{
    /// <summary>Weights of a unit: inputs of its gate or group, times the kernel's positions.</summary>
    public int UnitLength => Inputs * Positions;

    /// <summary>Whether memory has the order block, unit, input, position.</summary>
    public bool IsOrdered => PositionStride == 1 && InputStride == Positions && UnitStride == UnitLength;

    /// <summary>The axes of a tensor.</summary>
    /// <exception cref="ArgumentException">Gates and groups, or the kernel's positions, don't divide the tensor.</exception>
    public static TensorAxes Of(in WeightShape shape)
    {
        TensorMatrix matrix = TensorMatrix.Of(TensorMatrix.AtOnePosition(shape), 0);
        int positions = Math.Max(1, shape.KernelSize);
        // In memory: [divided, whole, positions], or with the outputs last [positions, whole, divided], where gates and groups divide an axis.
        bool isLast = shape.Layout == TensorLayout.OutputsLast;
        (int divided, int whole) = isLast ? (matrix.Columns, matrix.Rows) : (matrix.Rows, matrix.Columns);
        (int dividedStride, int wholeStride, int positionStride) = isLast ? (1, shape.Columns, whole * shape.Columns) : (shape.Columns, positions, 1);
        return shape.IsTransposed
            ? new TensorAxes(shape.Blocks, whole, divided, positions, divided * dividedStride, wholeStride, dividedStride, positionStride)
            : new TensorAxes(shape.Blocks, divided, whole, positions, divided * dividedStride, dividedStride, wholeStride, positionStride);
    }

    /// <summary>Place of a value in memory.</summary>
    public int Index(int block, int unit, int input, int position) => block * BlockStride + unit * UnitStride + input * InputStride + position * PositionStride;

    /// <summary>Room for the tensor's values in the order block, unit, input, position: the tensor itself, where memory has that order. <see cref="PutBack"/> takes them.</summary>
    public Span<float> Ordered(Span<float> weights) => IsOrdered ? weights : new float[weights.Length];

    /// <summary>Moves what <see cref="Ordered"/> gave room for to its places.</summary>
    public void PutBack(ReadOnlySpan<float> ordered, Span<float> weights)
    {
        if (IsOrdered)
            return;
        int next = 0;
        for (int block = 0; block < Blocks; block++)
            for (int unit = 0; unit < Units; unit++)
                for (int input = 0; input < Inputs; input++)
                    for (int position = 0; position < Positions; position++)
                        weights[Index(block, unit, input, position)] = ordered[next++];
    }

    /// <summary>What <see cref="Ordered"/> takes.</summary>
    public long OrderBytes => IsOrdered ? 0 : (long)Blocks * Units * UnitLength * sizeof(float);
}
