using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Squares of a step's gradient, summed in blocks of 16 floats: in whatever parts the gradient comes, and on whatever threads, the sum over the blocks has one order.</summary>
internal sealed class GradientSquares(long length)
{
    const int Block = 16;

    readonly double[] _blocks = new double[length / Block];

    /// <summary>False: nothing is summed.</summary>
    public bool IsOn { get; set; }

    /// <summary>Before a step: rows that a sparse batch hasn't got have no gradient.</summary>
    public void Clear() => Array.Clear(_blocks);

    /// <param name="offset">Floats from the beginning of the parameters; a multiple of 16, as is the number of values.</param>
    public void Take(long offset, ReadOnlySpan<float> values)
    {
        for (int first = 0; first < values.Length; first += Block)
            _blocks[(offset + first) / Block] = FixedOrderSums.SumAndSquares(values.Slice(first, Block)).SquaredSum;
    }

    public double Norm()
    {
        double sum = 0;
        foreach (double block in _blocks)
            sum += block;
        return Math.Sqrt(sum);
    }
}

/// <summary>Takes a gradient's squares before the updates behind it limit each number, add the slope of L1, or leave something else in the gradient's place.</summary>
internal sealed unsafe class GradientWatch(ParameterUpdate then, AlignedBuffer gradients, GradientSquares squares) : ParameterUpdate
{
    public override void OfWeights(long offset, int length)
    {
        Take(offset, length);
        then.OfWeights(offset, length);
    }

    public override void OfRows(long offset, int width, ReadOnlySpan<int> rows, int count, float* gradient)
    {
        for (int row = 0; squares.IsOn && row < count; row++)
            squares.Take(offset + (long)rows[row] * width, new ReadOnlySpan<float>(gradient + (nint)row * width, width));
        then.OfRows(offset, width, rows, count, gradient);
    }

    public override void OfBiases(long offset, int length)
    {
        Take(offset, length);
        then.OfBiases(offset, length);
    }

    public override void OfNormalization(long offset, int length)
    {
        Take(offset, length);
        then.OfNormalization(offset, length);
    }

    void Take(long offset, int length)
    {
        if (squares.IsOn)
            squares.Take(offset, new ReadOnlySpan<float>(gradients.Pointer + offset, length));
    }
}
