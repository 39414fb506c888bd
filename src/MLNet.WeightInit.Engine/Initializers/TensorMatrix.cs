namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>One matrix within a tensor: element (i, j) stands at offset + i · rowStride + j.</summary>
internal readonly record struct TensorMatrix(int Offset, int Rows, int Columns, int RowStride)
{
    /// <summary>The matrices that a tensor consists of, one a gate and group: whole rows of it, or whole columns where the outputs come last.</summary>
    /// <exception cref="ArgumentException">Gates and groups don't divide the tensor.</exception>
    public static TensorMatrix Of(in WeightShape shape, int block)
    {
        bool isByColumns = shape.Layout == TensorLayout.OutputsLast;
        int side = isByColumns ? shape.Columns : shape.Rows, part = side / shape.Blocks;
        if (part * shape.Blocks != side)
            throw new ArgumentException($"A tensor of {shape.Gates} gates × {shape.Groups} groups must have a multiple of {shape.Blocks} {(isByColumns ? "columns" : "rows")}, and has {side}.", nameof(shape));
        return isByColumns ? new TensorMatrix(block * part, shape.Rows, part, shape.Columns)
            : new TensorMatrix(block * part * shape.Columns, part, shape.Columns, shape.Columns);
    }

    /// <summary>The shape of one position of a kernel: what a convolution does to the channels there.</summary>
    /// <exception cref="ArgumentException">The kernel's positions don't divide the tensor.</exception>
    public static WeightShape AtOnePosition(in WeightShape shape)
    {
        if (shape.KernelSize <= 1)
            return shape;
        bool isByColumns = shape.Layout == TensorLayout.OutputsLast;
        int side = isByColumns ? shape.Rows : shape.Columns, part = side / shape.KernelSize;
        if (part * shape.KernelSize != side)
            throw new ArgumentException($"A tensor with a kernel of {shape.KernelSize} positions must have a multiple of them as {(isByColumns ? "rows" : "columns")}, and has {side}.", nameof(shape));
        return isByColumns ? shape with { Rows = part, KernelSize = 1, KernelCenter = 0 } : shape with { Columns = part, KernelSize = 1, KernelCenter = 0 };
    }

    /// <summary>Moves the values of one position, which stand at the tensor's beginning, to the kernel's middle, and clears all others.</summary>
    public static void MoveToCenter(Span<float> weights, in WeightShape shape)
    {
        int positions = shape.KernelSize;
        if (positions <= 1)
            return;
        int count = weights.Length / positions;
        weights[count..].Clear();
        if (shape.Layout == TensorLayout.OutputsLast)
        {
            if (shape.KernelCenter == 0)
                return;
            weights[..count].CopyTo(weights[(shape.KernelCenter * count)..]);
            weights[..count].Clear();
            return;
        }
        // From the end: a value's place is never before where it stood, so none is written over before it is read.
        for (int i = count - 1; i >= 0; i--)
        {
            float value = weights[i];
            weights[i] = 0;
            weights[i * positions + shape.KernelCenter] = value;
        }
    }

    /// <summary>gain · I in each matrix, at the kernel's middle; 0 elsewhere.</summary>
    public static void FillDiagonals(Span<float> weights, in WeightShape shape, float gain)
    {
        weights.Clear();
        WeightShape middle = AtOnePosition(shape);
        for (int block = 0; block < shape.Blocks; block++)
        {
            TensorMatrix matrix = Of(middle, block);
            for (int i = 0; i < matrix.DiagonalLength; i++)
                weights[matrix.Offset + i * (matrix.RowStride + 1)] = gain;
        }
        MoveToCenter(weights, shape);
    }

    /// <summary>Root mean square, about the mean of all entries, of a tensor that <see cref="FillDiagonals"/> filled.</summary>
    public static double DiagonalDeviation(in WeightShape shape, double gain)
    {
        if (shape.Count == 0)
            return 0;
        TensorMatrix matrix = Of(AtOnePosition(shape), 0);
        double share = (double)matrix.DiagonalLength * shape.Blocks / shape.Count;
        return Math.Abs(gain) * Math.Sqrt(share * (1 - share));
    }

    public int DiagonalLength => Math.Min(Rows, Columns);
}
