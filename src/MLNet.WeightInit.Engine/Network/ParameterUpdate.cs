namespace MLNet.WeightInit.Engine.Network;

/// <summary>What happens to parameters once a part of their gradient is known. Parts are disjoint, multiples of 16 floats, and may come from several threads.</summary>
internal abstract class ParameterUpdate
{
    /// <param name="offset">Floats from the beginning of the parameters, as in the gradients.</param>
    public abstract void OfWeights(long offset, int length);

    /// <param name="offset">Floats from the beginning of the parameters, as in the gradients.</param>
    public abstract void OfBiases(long offset, int length);

    /// <summary>Scales and shifts of a normalization, in one part.</summary>
    /// <param name="offset">Floats from the beginning of the parameters, as in the gradients.</param>
    public abstract void OfNormalization(long offset, int length);
}
