namespace MLNet.WeightInit.Engine.Network;

/// <summary>What happens to parameters once a part of their gradient is known. Parts are disjoint, multiples of 16 floats, and may come from several threads.</summary>
internal abstract unsafe class ParameterUpdate
{
    /// <param name="offset">Floats from the beginning of the parameters, as in the gradients.</param>
    public abstract void OfWeights(long offset, int length);

    /// <param name="offset">Floats from the beginning of the parameters, as in the gradients.</param>
    public abstract void OfBiases(long offset, int length);

    /// <summary>Some rows of a panel of weights, whose gradient isn't among the gradients but apart from them: those of the features that a sparse batch has.</summary>
    /// <param name="offset">Floats from the beginning of the parameters to the panel.</param>
    /// <param name="width">Floats of a row of the panel.</param>
    /// <param name="rows">Ascending; those behind the first <paramref name="count"/> come next.</param>
    /// <param name="gradient">One row after the other; may be changed.</param>
    public virtual void OfRows(long offset, int width, ReadOnlySpan<int> rows, int count, float* gradient)
        => throw new NotSupportedException($"{GetType().Name} needs the gradient of all weights, so that a sparse input may not be lazy with it.");

    /// <summary>Scales and shifts of a normalization, in one part.</summary>
    /// <param name="offset">Floats from the beginning of the parameters, as in the gradients.</param>
    public abstract void OfNormalization(long offset, int length);
}
